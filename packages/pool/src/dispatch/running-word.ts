import {
  distance,
  ENDED,
  numberAfter,
  RUNNING,
  runningNumber,
  TAKEN,
  TAKEN_FROM,
  TAKEN_TO,
} from '../protocol/control-words.ts'

/** Tasks that were sent to a worker in one message. */
interface Numbered {
  readonly id: number
  readonly size: number
}

/** The place in `message` of the task that its worker has begun last; beyond it when that one is of a later message. */
export function lastBegunOf(control: Int32Array, { id }: Numbered): number {
  return distance(id, runningNumber(Atomics.load(control, RUNNING)))
}

/** Whether the task that its worker has begun last is one of `message`. */
export function isRunning(control: Int32Array, message: Numbered): boolean {
  const at = lastBegunOf(control, message)
  return at >= 0 && at < message.size
}

/**
 * Takes back what was sent to the worker and not begun.
 *
 * @param least - the number of the first task that may be taken
 * @param end - the number of the next task that will be sent
 * @returns the number of the first task that the worker will never begin; undefined when there is none, or when it has
 *   not yet seen that some were taken before
 */
export function takeBack(control: Int32Array, least: number, end: number): number | undefined {
  for (;;) {
    const word = Atomics.load(control, RUNNING)
    const next = numberAfter(runningNumber(word), 1)
    const from = distance(least, next) > 0 ? next : least
    if ((word & (TAKEN | ENDED)) !== 0 || distance(from, end) <= 0) return undefined
    Atomics.store(control, TAKEN_FROM, from)
    Atomics.store(control, TAKEN_TO, end)
    if (Atomics.compareExchange(control, RUNNING, word, word | TAKEN) === word) return from
  }
}

/** Nothing was begun since tasks were taken back: what is sent now cannot be taken back yet. */
export function isTaken(control: Int32Array): boolean {
  return (Atomics.load(control, RUNNING) & TAKEN) !== 0
}

/** Lets the worker begin nothing more, if the task that runs, or ran last, is one of `message`. */
export function endAfter(control: Int32Array, message: Numbered): boolean {
  for (;;) {
    const word = Atomics.load(control, RUNNING)
    const at = distance(message.id, runningNumber(word))
    if (at < 0 || at >= message.size) return false
    if (Atomics.compareExchange(control, RUNNING, word, word | ENDED) === word) return true
  }
}
