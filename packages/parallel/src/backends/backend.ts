import type { Batch, BatchHandle, BatchOptions, BatchSink } from '@manyhands/base'

/** What one call of Parallel gets from its backend. */
export interface BackendCall {
  /**
   * Takes a batch and returns before anything of it runs.
   *
   * @throws what makes the batch impossible to send, such as SerializationError
   */
  submit(batch: Batch, sink: BatchSink, options: BatchOptions): BatchHandle
  /** The call is over: no batch will be submitted any more. Those that were aborted may still be running. */
  stop(): void
}

export interface CallContext {
  /** How many batches the call wants to run at a time, at least 1. */
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
}

/**
 * A place where Parallel runs tasks.
 *
 * A backend knows nothing of Parallel: it takes batches and tells their sinks what came of them. How large a batch is,
 * how far the input is pulled, retries and progress are the scheduler's.
 */
export interface ParallelBackend {
  readonly name: string
  readonly capabilities: BackendCapabilities
  /** How many tasks it would run at a time when `requested` are wanted; 0 when it has no worker. */
  effectiveJobs(requested: number): number
  /**
   * Makes ready what a call needs; awaited before the first batch of a call. Left out when there is nothing to wait
   * for.
   */
  configure?(jobs: number): Promise<void>
  /** Begins one call of Parallel. Calls may overlap. */
  startCall(context: CallContext): BackendCall
  /**
   * The name of the backend for a Parallel inside of one of its workers. Left out by those that run tasks in the
   * calling thread.
   */
  nested?(level: number): string
  /** Ends what the backend holds. Calls that are under way fail. It can be used again. */
  terminate(): Promise<void>
}
