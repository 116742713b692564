import { channel } from 'node:diagnostics_channel'
import { slot, type WorkerInfo } from '@manyhands/base'

/**
 * What the scheduler tells of a call. Each type of event is published on the channel `manyhands:<type>` of `node:diagnostics_channel`; who does not
 * subscribe pays for one check. `call` counts the calls of this thread from 1, `batch` the batches of a call from 0; `time` is `performance.now()`.
 */
export type ParallelEvent =
  | { readonly type: 'call-start'; readonly call: number; readonly time: number; readonly backend: string; readonly jobs: number; readonly total: number | undefined }
  /** A batch of tasks, the first of them at position `first` of the input, was handed to the backend. */
  | { readonly type: 'batch-dispatch'; readonly call: number; readonly time: number; readonly batch: number; readonly first: number; readonly tasks: number }
  /** A worker began a batch. Workers report this only while someone subscribes. */
  | { readonly type: 'batch-begin'; readonly call: number; readonly time: number; readonly batch: number; readonly worker: WorkerInfo | undefined }
  /** This many further tasks of the call have succeeded. */
  | { readonly type: 'tasks-end'; readonly call: number; readonly time: number; readonly tasks: number }
  /** A task failed for good, and with it the call. */
  | { readonly type: 'task-fail'; readonly call: number; readonly time: number; readonly index: number; readonly error: unknown }
  /** A task failed and will run again: the attempt with this number, counted from 1, after `delayMs`. */
  | { readonly type: 'task-retry'; readonly call: number; readonly time: number; readonly index: number; readonly attempt: number; readonly delayMs: number; readonly error: unknown }
  /** Nothing more will be heard of a batch; `durationMs` is what its worker spent in its tasks. */
  | { readonly type: 'batch-end'; readonly call: number; readonly time: number; readonly batch: number; readonly tasks: number; readonly durationMs: number; readonly worker: WorkerInfo | undefined }
  | { readonly type: 'call-stop'; readonly call: number; readonly time: number; readonly outcome: CallOutcome; readonly error: unknown }

/** `left`: the consumer of a stream did not want the rest. */
export type CallOutcome = 'done' | 'failed' | 'aborted' | 'left'

type Details<E> = E extends ParallelEvent ? Omit<E, 'call' | 'time'> : never

const channels = new Map<ParallelEvent['type'], ReturnType<typeof channel>>()

function channelOf(type: ParallelEvent['type']): ReturnType<typeof channel> {
  let found = channels.get(type)
  if (found === undefined) channels.set(type, (found = channel(`manyhands:${type}`)))
  return found
}

/** The events of one call. */
export class CallEvents {
  readonly #call = ++slot('parallel.calls', () => ({ count: 0 })).count
  readonly #listener: ((event: ParallelEvent) => void) | undefined
  #ended = 0

  /** @param listener - hears all events of the call, before the subscribers do */
  constructor(listener: ((event: ParallelEvent) => void) | undefined) {
    this.#listener = listener
  }

  /** Someone listens to events of this type. */
  wants(type: ParallelEvent['type']): boolean {
    return this.#listener !== undefined || channelOf(type).hasSubscribers
  }

  /** A subscriber wants events of this type; what shows progress does without. */
  subscribed(type: ParallelEvent['type']): boolean {
    return channelOf(type).hasSubscribers
  }

  emit(details: Details<ParallelEvent>): void {
    if (!this.wants(details.type)) return
    const event = { ...details, call: this.#call, time: performance.now() } as ParallelEvent
    this.#listener?.(event)
    const published = channelOf(details.type)
    if (published.hasSubscribers) published.publish(event)
  }

  /** One more task has succeeded. Those of one message become one event. */
  taskEnded(): void {
    if (this.#ended++ === 0) queueMicrotask(() => this.flush())
  }

  /** Tells now what `taskEnded` has counted. */
  flush(): void {
    if (this.#ended === 0) return
    const tasks = this.#ended
    this.#ended = 0
    this.emit({ type: 'tasks-end', tasks })
  }
}
