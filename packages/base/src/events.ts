import { channel } from 'node:diagnostics_channel'
import type { WorkerExit } from './errors.ts'
import type { WorkerInfo } from './executor/worker-info.ts'

/** Of every event of a call of Parallel. */
interface OfCall {
  /** Counts the calls of this thread from 1. */
  readonly call: number
  /** `performance.now()`. */
  readonly time: number
}

/** Of every event of a pool. */
interface OfPool {
  /** Counts the pools of this thread from 1. */
  readonly pool: number
  /** `performance.now()`. */
  readonly time: number
}

/** Of a message with tasks. */
interface OfMessage extends OfPool {
  /** Counts the messages of a worker from 1. */
  readonly message: number
  readonly worker: WorkerInfo
}

/** How a call of Parallel ended. `left`: the consumer of a stream did not want the rest. */
export type CallOutcome = 'done' | 'failed' | 'aborted' | 'left'

/**
 * Everything that manyhands publishes. Each event has the channel `manyhands:<name>` of `node:diagnostics_channel`;
 * without a subscriber it costs one check.
 */
export interface EventTable {
  // ---- a call of Parallel; `batch` counts the batches of a call from 0

  readonly 'call-start': OfCall & {
    readonly backend: string
    readonly jobs: number
    readonly total: number | undefined
  }
  /** A batch of tasks, the first of them at position `first` of the input, was handed to the backend. */
  readonly 'batch-dispatch': OfCall & { readonly batch: number; readonly first: number; readonly tasks: number }
  /** A worker began a batch. Workers report this only while someone subscribes. */
  readonly 'batch-begin': OfCall & { readonly batch: number; readonly worker: WorkerInfo | undefined }
  /** This many further tasks of the call have succeeded. */
  readonly 'tasks-end': OfCall & { readonly tasks: number }
  /** A task failed for good, and with it the call. */
  readonly 'task-fail': OfCall & { readonly index: number; readonly error: unknown }
  /** A task failed and will run again: the attempt with this number, counted from 1, after `delayMs`. */
  readonly 'task-retry': OfCall & {
    readonly index: number
    readonly attempt: number
    readonly delayMs: number
    readonly error: unknown
  }
  /** The last event of a batch; `durationMs` is what its worker spent in its tasks. */
  readonly 'batch-end': OfCall & {
    readonly batch: number
    readonly tasks: number
    readonly durationMs: number
    readonly worker: WorkerInfo | undefined
  }
  readonly 'call-stop': OfCall & { readonly outcome: CallOutcome; readonly error: unknown }

  // ---- a pool, that of an executor

  /** Tasks were put into the queue. `name` is that of the first one's function. */
  readonly 'pool-queue': OfPool & { readonly tasks: number; readonly name: string }
  /** Tasks were sent to a worker in one message. */
  readonly 'pool-send': OfMessage & { readonly tasks: number; readonly name: string }
  /** A worker began the first task of a message. Workers report this only while someone subscribes. */
  readonly 'pool-begin': OfMessage
  /**
   * A worker has answered for all tasks of a message. `durationMs` was spent in the tasks; `bytes` counts the buffers
   * that came and went.
   */
  readonly 'pool-end': OfMessage & { readonly tasks: number; readonly durationMs: number; readonly bytes: number }
  readonly 'worker-start': OfPool & { readonly worker: WorkerInfo }
  readonly 'worker-exit': OfPool & { readonly worker: WorkerInfo; readonly exit: WorkerExit }
}

export type EventName = keyof EventTable

/** An event as it is published: what the table says, with its name as `type`. */
export type EventOf<N extends EventName> = { [K in N]: { readonly type: K } & EventTable[K] }[N]

/** Where an event is published. Check `hasSubscribers` before the event is put together. */
export interface EventChannel<N extends EventName> {
  readonly hasSubscribers: boolean
  publish(event: EventOf<N>): void
}

// Node lets go of a channel that nobody holds, subscribers or not.
const channels = new Map<EventName, EventChannel<never>>()

/** The channel of an event. */
export function eventChannel<N extends EventName>(name: N): EventChannel<N> {
  let found = channels.get(name)
  if (found === undefined) channels.set(name, (found = channel(`manyhands:${name}`)))
  return found
}
