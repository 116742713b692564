import type { Batch, BatchHandle, BatchOptions, BatchSink } from '@manyhands/base'
import type { Jobs } from '../jobs.ts'

/** What one call of Parallel gets from its backend. */
export interface BackendCall {
  /**
   * How many tasks it runs at a time. Read each time before the call sends batches, so that it may change while workers
   * come and go.
   */
  readonly jobs: number
  /**
   * Takes a batch and returns before anything of it runs.
   *
   * @throws what makes the batch impossible to send, such as SerializationError
   */
  submit(batch: Batch, sink: BatchSink, options: BatchOptions): BatchHandle
  /**
   * The call is over: no further batch will be submitted. Aborted batches may still be running.
   *
   * @returns where the backend can report it, a promise that resolves when no task of the call runs any more
   */
  stop(): void | Promise<void>
}

export interface CallContext {
  /** How many tasks the call wants to run at a time, at least 1. */
  readonly jobs: number
  /** Runs a function in the async context of the caller of Parallel: for tasks that run in this thread. */
  readonly run: <R>(fn: () => R) => R
}

export interface BackendCapabilities {
  /** Tasks see the memory of a SharedArray, not a copy. */
  readonly sharedMemory: boolean
  /** It keeps `timeoutMs`. */
  readonly timeout: boolean
  /**
   * Milliseconds that a batch should take; 0 when batches are of no use. Larger: less overhead per task; smaller:
   * results come sooner.
   */
  readonly idealBatchMs: number
  /**
   * Bytes that a batch should move at most, as counted in `BatchStats.bytes`; Infinity for no limit. Larger: less
   * overhead per task; smaller: less memory is taken by batches on their way.
   */
  readonly idealBatchBytes: number
  /**
   * How often a task may run without a retry that was asked for. `'at-least-once'`: the backend runs it again when it
   * cannot find out whether it ran, so tasks should be idempotent.
   */
  readonly delivery: 'at-most-once' | 'at-least-once'
}

/**
 * A place where Parallel runs tasks.
 *
 * A backend has no reference to Parallel: it takes batches and reports their outcome to their sinks. The size of
 * batches, how far the input is pulled, retries and progress are the scheduler's.
 */
export interface ParallelBackend {
  readonly name: string
  readonly capabilities: BackendCapabilities
  /**
   * The `kind` of its workers, as `currentWorker()` reports it there. A Parallel in such a worker asks the registered
   * backend with this kind for `nested`. Left out by backends that run tasks in the calling thread.
   */
  readonly workerKind?: string | undefined
  /** How many tasks it would run at a time when `requested` are wanted; 0 when it has no worker. */
  effectiveJobs(requested: number): number
  /**
   * Makes ready what a call needs; awaited before anything else is asked for the call. Left out when there is nothing
   * to wait for.
   *
   * @param wanted - the option `jobs`: a number, negative to count down from the capacity, or a share of it
   * @param options.signal - aborted when the call ends before the backend is ready
   */
  configure?(wanted: Jobs, options: { readonly signal: AbortSignal }): Promise<void>
  /**
   * How many tasks it can run at a time; `jobs: -1` and `'50%'` are resolved against it, after `configure`. Left out
   * when that is the number of processors of this machine.
   */
  capacity?(): Promise<number>
  /** Begins one call of Parallel. Calls may overlap. */
  startCall(context: CallContext): BackendCall
  /**
   * The name of the backend for a Parallel inside of one of its workers. Left out by backends that run tasks in the
   * calling thread.
   */
  nested?(level: number): string
  /**
   * One like it that shares its workers with nobody, for `reuse: 'scope'`; it is ended by `terminate`. Left out by
   * backends that cannot make one.
   */
  owned?(): ParallelBackend
  /** Ends what the backend holds. Calls that are under way fail. It can be used again. */
  terminate(): Promise<void>
}
