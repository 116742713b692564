import { type CallOutcome, eventChannel, type EventOf, slot, queueMicrotask, clock } from '@manyhands/base'

/** What is published of a call: a part of the table of events. */
export type ParallelEvent = EventOf<
  'call-start' | 'batch-dispatch' | 'batch-begin' | 'tasks-end' | 'task-fail' | 'task-retry' | 'batch-end' | 'call-stop'
>

export type { CallOutcome }

type Details<E> = E extends ParallelEvent ? Omit<E, 'call' | 'time'> : never

/** The events of one call. */
export class CallEvents {
  readonly #call = ++slot('parallel.calls', () => ({ count: 0 })).count
  readonly #listener: ((event: ParallelEvent) => void) | undefined
  #ended = 0

  /** @param listener - receives all events of the call, before the subscribers */
  constructor(listener: ((event: ParallelEvent) => void) | undefined) {
    this.#listener = listener
  }

  /** The listener or a subscriber receives events of this type. */
  wants(type: ParallelEvent['type']): boolean {
    return this.#listener !== undefined || eventChannel(type).hasSubscribers
  }

  /** A subscriber wants events of this type; the progress display does not need them. */
  subscribed(type: ParallelEvent['type']): boolean {
    return eventChannel(type).hasSubscribers
  }

  emit(details: Details<ParallelEvent>): void {
    if (!this.wants(details.type)) return
    const event = { ...details, call: this.#call, time: clock() } as ParallelEvent
    this.#listener?.(event)
    const published = eventChannel(details.type)
    if (published.hasSubscribers) published.publish(event)
  }

  /** One more task has succeeded. Those of one message become one event. */
  taskEnded(): void {
    if (this.#ended++ === 0) queueMicrotask(() => this.flush())
  }

  /** Publishes now what `taskEnded` has counted. */
  flush(): void {
    if (this.#ended === 0) return
    const tasks = this.#ended
    this.#ended = 0
    this.emit({ type: 'tasks-end', tasks })
  }
}
