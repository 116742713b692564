import type { WorkerInfo } from './worker-info.ts'

/** The function of a task. */
export type TaskFunction<A extends readonly unknown[], R> = (...args: A) => R

/** A function with any parameters, for code that only passes it on. */
export type AnyTaskFunction = (...args: never[]) => unknown

/** Tasks that travel together: calls of any functions, or one function over items (`fn(items[k], firstIndex + k)`). */
export type Batch =
  | { readonly calls: readonly { readonly fn: AnyTaskFunction; readonly args: readonly unknown[] }[] }
  | { readonly fn: AnyTaskFunction; readonly items: readonly unknown[]; readonly firstIndex: number }

export interface BatchStats {
  /** Milliseconds spent in the tasks of the batch, measured where they ran. */
  readonly durationMs: number
  /** Bytes sent to the worker and back, where the backend counts them. */
  readonly bytes?: number | undefined
  /** The worker that ran the batch, or its last part; undefined when no worker ran it. */
  readonly worker: WorkerInfo | undefined
}

/**
 * Receives the outcome of each task of a batch exactly once, by its position in the batch, then the end of the batch.
 */
export interface BatchSink {
  onValue(index: number, value: unknown): void
  onError(index: number, error: unknown): void
  /** Called once, after all other callbacks. */
  onDone(stats: BatchStats): void
  /** A worker has begun the batch. Present only while a caller needs this event. */
  onBegin?(worker: WorkerInfo): void
}

export interface BatchOptions {
  /** Milliseconds for the whole batch, from its begin. The batch then has a worker to itself. @default no limit */
  readonly timeoutMs?: number | undefined
  /** As for a task. @default 0 */
  readonly priority?: number | undefined
}

export interface BatchHandle {
  /** @returns true when the batch was still queued: it is dropped, and its sink is not called */
  cancel(): boolean
  /**
   * Immediately fails every unreported task with `reason`. A running task may end itself (`taskContext()`) within
   * `graceMs`; after that it is terminated together with its worker, where the backend supports that.
   */
  abort(reason: unknown, graceMs: number): void
}
