import { queueMicrotask } from '@manyhands/base'
import { Parked } from './parked.ts'
import { spin } from './spin.ts'
import { ONE_BLOCKED, ONE_LISTENING, type Wait, type Waiter, WAITING } from './waiter.ts'
import type { SharedWords } from './words.ts'

/**
 * How often a blocked thread checks whether the owner that it waits for has died. Longer: a death is noticed later;
 * shorter: more useless wake-ups.
 */
const SLICE_MS = 50
/** The same for asynchronous waits, which the system wakes in all other cases. */
const FIRST_DELAY_MS = 50
const LAST_DELAY_MS = 400

/**
 * Waiting between threads: `Atomics.wait`, and the only use of `Atomics.waitAsync` in this package.
 *
 * The problems of waitAsync, on Node 22, 24 and 26: it does not keep the program alive; its timeout leaks; it cannot be
 * cancelled, so an abandoned call still consumes a `notify` meant for another waiter. So there is at most one waitAsync
 * per word, without a timeout, for all asynchronous waits of this thread; `Parked` has the timers and keeps the program
 * alive; and when the waitAsync is woken after all waiters have left, it passes the wake-up on.
 */
export class ThreadWaiter implements Waiter {
  readonly #words: SharedWords
  readonly #parked: Parked
  /** Words with a pending waitAsync. */
  readonly #out = new Set<number>()

  constructor(words: SharedWords) {
    this.#words = words
    this.#parked = new Parked(words, { firstDelayMs: FIRST_DELAY_MS, lastDelayMs: LAST_DELAY_MS })
  }

  readonly wake = (index: number, count: number): void => {
    if (this.#words.load(WAITING) !== 0) {
      Atomics.notify(this.#words.array as Int32Array<SharedArrayBuffer>, index, count)
    }
  }

  block(wait: Wait, ms: number): void {
    if (spin(this.#words, wait)) return
    this.#words.add(WAITING, ONE_BLOCKED)
    Atomics.wait(this.#words.array as Int32Array<SharedArrayBuffer>, wait.index, wait.expected, Math.min(ms, SLICE_MS))
    this.#words.add(WAITING, -ONE_BLOCKED)
  }

  park(wait: Wait, resume: () => void): () => void {
    const unpark = this.#parked.add(wait, resume)
    this.#listen(wait)
    return unpark
  }

  #listen({ index, expected }: Wait): void {
    if (this.#out.has(index)) return
    this.#words.add(WAITING, ONE_LISTENING)
    const { async, value } = Atomics.waitAsync(this.#words.array as Int32Array<SharedArrayBuffer>, index, expected)
    if (!async) {
      // The word has just changed, and no notification will come.
      this.#words.add(WAITING, -ONE_LISTENING)
      return queueMicrotask(() => this.#parked.look())
    }
    this.#out.add(index)
    void value.then(() => {
      this.#words.add(WAITING, -ONE_LISTENING)
      this.#out.delete(index)
      if (this.#parked.first(index) === undefined) return this.wake(index, 1)
      this.#parked.look()
      const next = this.#parked.first(index)
      if (next !== undefined) this.#listen(next)
    })
  }
}
