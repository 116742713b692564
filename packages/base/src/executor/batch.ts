import type { WorkerInfo } from './worker-info.ts'

/** A function with any parameters, seen from code that only passes it on. */
export type AnyTaskFunction = (...args: never[]) => unknown

/** Tasks that travel together: calls of any functions, or one function over items (`fn(items[k], firstIndex + k)`). */
export type Batch =
  | { readonly calls: readonly { readonly fn: AnyTaskFunction; readonly args: readonly unknown[] }[] }
  | { readonly fn: AnyTaskFunction; readonly items: readonly unknown[]; readonly firstIndex: number }

export interface BatchStats {
  /** Milliseconds spent in the tasks of the batch, measured where they ran. */
  readonly durationMs: number
  /** Bytes that went to the worker and came back, where the backend counts them. */
  readonly bytes?: number | undefined
  /** The worker that ran the batch, or its last part; undefined when none did. */
  readonly worker: WorkerInfo | undefined
}

/**
 * Receives the outcome of each task of a batch exactly once, by its position in the batch, then the end of the batch.
 */
export interface BatchSink {
  onValue(index: number, value: unknown): void
  onError(index: number, error: unknown): void
  /** After all others, once. */
  onDone(stats: BatchStats): void
  /** A worker has begun the batch. Present only while the begin is of interest. */
  onBegin?(worker: WorkerInfo): void
}

export interface BatchOptions {
  /** Milliseconds for the whole batch, from its begin. The batch then has a worker for itself. @default no limit */
  readonly timeoutMs?: number | undefined
}

export interface BatchHandle {
  /** @returns true when the batch was still queued: it is dropped, and its sink receives nothing */
  cancel(): boolean
  /**
   * Fails every task that was not reported yet with `reason`, at once. A task that is running may end itself
   * (`taskContext()`) within `graceMs`; then it is ended together with its worker, where the backend can do that.
   */
  abort(reason: unknown, graceMs: number): void
}
