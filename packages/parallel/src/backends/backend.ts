/** Tasks that are sent together: calls of any functions, or one function over items (`fn(items[k], firstIndex + k)`). */
export type TaskBatch =
  | { readonly calls: readonly { readonly fn: (...args: never[]) => unknown; readonly args: readonly unknown[] }[] }
  | { readonly fn: (...args: never[]) => unknown; readonly items: readonly unknown[]; readonly firstIndex: number }

/** Who ran a batch. */
export interface BatchWorker {
  readonly kind: string
  /** Counts the workers of a backend from 0. */
  readonly id: number
  readonly pid?: number | undefined
  readonly threadId?: number | undefined
}

/** Hears of each task of a batch exactly once, by its position in the batch, then of the end of the batch. */
export interface BackendSink {
  onValue(index: number, value: unknown): void
  onError(index: number, error: unknown): void
  /** After all others, once. `durationMs`: time spent in the tasks, measured where they ran. */
  onDone(stats: { readonly durationMs: number; readonly worker: BatchWorker | undefined }): void
  /** A worker has begun the batch. Present only while someone wants to know. */
  onBegin?(worker: BatchWorker): void
}

export interface SubmitOptions {
  /** Milliseconds for the batch, which then holds one task, counted from its begin. */
  readonly timeoutMs: number | undefined
}

export interface BackendHandle {
  /** @returns true when the batch was still queued: it is dropped and its sink hears nothing */
  cancel(): boolean
  /**
   * Fails every task that was not reported yet with `reason`, at once. What is running may end itself within `graceMs`; then it is ended, where the
   * backend can do that.
   */
  abort(reason: unknown, graceMs: number): void
}

/** What one call of Parallel gets from its backend. */
export interface BackendCall {
  /**
   * Takes a batch and returns before anything of it runs.
   *
   * @throws what makes the batch impossible to send, such as SerializationError
   */
  submit(batch: TaskBatch, sink: BackendSink, options: SubmitOptions): BackendHandle
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
  /** Milliseconds that a batch should take; 0 when batches are of no use. Larger: less overhead per task; smaller: results come sooner. */
  readonly idealBatchMs: number
}

/**
 * A place where Parallel runs tasks.
 *
 * A backend knows nothing of Parallel: it takes batches and tells their sinks what came of them. How large a batch is, how far the input is pulled,
 * retries and progress are the scheduler's.
 */
export interface ParallelBackend {
  readonly name: string
  readonly capabilities: BackendCapabilities
  /** How many tasks it would run at a time when `requested` are wanted; 0 when it has no worker. */
  effectiveJobs(requested: number): number
  /** Makes ready what a call needs; awaited before the first batch of a call. Left out when there is nothing to wait for. */
  configure?(jobs: number): Promise<void>
  /** Begins one call of Parallel. Calls may overlap. */
  startCall(context: CallContext): BackendCall
  /** The name of the backend for a Parallel inside of one of its workers. Left out by those that run tasks in the calling thread. */
  nested?(level: number): string
  /** Ends what the backend holds. Calls that are under way fail. It can be used again. */
  terminate(): Promise<void>
}
