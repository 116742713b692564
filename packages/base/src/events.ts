import { channel } from 'node:diagnostics_channel'
import type { WorkerExit } from './errors.ts'
import type { WorkerInfo } from './executor/worker-info.ts'

/** Fields of every event of a Parallel call. */
interface OfCall {
  /** Counts the calls of this thread from 1. */
  readonly call: number
  /** `performance.now()`. */
  readonly time: number
}

/** Fields of every event of a pool. */
interface OfPool {
  /** Counts the pools of this thread from 1. */
  readonly pool: number
  /** `performance.now()`. */
  readonly time: number
}

/** Fields of every event of a message that carries tasks. */
interface OfMessage extends OfPool {
  /** Names the message among those of its worker: the number of its first task. */
  readonly message: number
  readonly worker: WorkerInfo
}

/** How a call of Parallel ended. `left`: the consumer stopped reading the stream early. */
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
  /** A worker began a batch. Workers report this only while the event has a subscriber. */
  readonly 'batch-begin': OfCall & { readonly batch: number; readonly worker: WorkerInfo | undefined }
  /** This many further tasks of the call have succeeded. */
  readonly 'tasks-end': OfCall & { readonly tasks: number }
  /** A task failed and will not be retried. The call fails too, unless its options say otherwise. */
  readonly 'task-fail': OfCall & { readonly index: number; readonly error: unknown }
  /** A task failed and will run again: the attempt with this number, counted from 1, after `delayMs`. */
  readonly 'task-retry': OfCall & {
    readonly index: number
    readonly attempt: number
    readonly delayMs: number
    readonly error: unknown
  }
  /** The last event of a batch; `durationMs` is the time that its worker spent in its tasks. */
  readonly 'batch-end': OfCall & {
    readonly batch: number
    readonly tasks: number
    readonly durationMs: number
    readonly worker: WorkerInfo | undefined
  }
  readonly 'call-stop': OfCall & { readonly outcome: CallOutcome; readonly error: unknown }

  // ---- the pool of an executor

  /** Tasks were put into the queue. `name` is the name of the first task's function. */
  readonly 'pool-queue': OfPool & { readonly tasks: number; readonly name: string }
  /** Tasks were sent to a worker in one message. */
  readonly 'pool-send': OfMessage & { readonly tasks: number; readonly name: string }
  /** A worker began the first task of a message. Workers report this only while the event has a subscriber. */
  readonly 'pool-begin': OfMessage
  /**
   * A worker has reported the outcome of all tasks of a message. `durationMs` was spent in the tasks; `bytes` counts
   * the buffers sent and received.
   */
  readonly 'pool-end': OfMessage & { readonly tasks: number; readonly durationMs: number; readonly bytes: number }
  readonly 'worker-start': OfPool & { readonly worker: WorkerInfo }
  readonly 'worker-exit': OfPool & { readonly worker: WorkerInfo; readonly exit: WorkerExit }
}

export type EventName = keyof EventTable

/** An event as it is published: the fields of the table, and its name as `type`. */
export type EventOf<N extends EventName> = { [K in N]: { readonly type: K } & EventTable[K] }[N]

/** Where an event is published. Check `hasSubscribers` before building the event. */
export interface EventChannel<N extends EventName> {
  readonly hasSubscribers: boolean
  publish(event: EventOf<N>): void
}

// Node drops a channel that has no strong reference, even when it has subscribers.
const channels = new Map<EventName, EventChannel<never>>()

/** The channel of an event. */
export function eventChannel<N extends EventName>(name: N): EventChannel<N> {
  let found = channels.get(name)
  if (found === undefined) channels.set(name, (found = channel(`manyhands:${name}`)))
  return found
}
