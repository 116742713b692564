import type { Future } from '../future/future.ts'
import type { TaskFunction } from './batch.ts'
import type { MapCall } from './map.ts'

/** A key: tasks with the same one run on the same worker. */
export type Affinity = string | number

/** Options of one submitted task. */
export interface TaskOptions {
  /**
   * Milliseconds the task may run, counted from when a worker starts it. A task that runs longer is terminated together
   * with its worker.
   * @default no limit
   */
  readonly timeoutMs?: number | undefined
  /** Aborts the task: a queued task is dropped, a running one is terminated together with its worker. */
  readonly signal?: AbortSignal | undefined
  /** Objects among the arguments that move to the worker instead of being copied (threads only). */
  readonly transfer?: readonly Transferable[] | undefined
  /** Among the tasks that wait, those with a higher priority come first; equal ones in their order. @default 0 */
  readonly priority?: number | undefined
  /**
   * Tasks with the same key run on the same worker, one after the other, for what a worker keeps between them. They
   * wait for it also while others are idle. When it is gone, another one takes its place. Of the last 10,000 keys the
   * workers are known.
   * @default any worker
   */
  readonly affinity?: Affinity | undefined
}

export type Transferable =
  | ArrayBuffer
  | import('node:worker_threads').MessagePort
  | import('node:stream/web').ReadableStream
  | import('node:stream/web').WritableStream
  | import('node:stream/web').TransformStream

export interface ShutdownOptions {
  /** Resolve only when the tasks are done and the workers have exited. @default true */
  readonly wait?: boolean | undefined
  /** Cancel the tasks that were not yet sent to a worker. @default false */
  readonly cancelFutures?: boolean | undefined
}

/** Accepts tasks and runs them on threads, on processes or in the calling thread. */
export interface Executor extends AsyncDisposable {
  /** Runs `fn(...args)` on a worker. */
  submit<A extends readonly unknown[], R>(fn: TaskFunction<A, R>, ...args: A): Future<Awaited<R>>
  /** Runs `fn` for each item, or for what several iterables give in step, and yields the results in their order. */
  readonly map: MapCall<'ordered'>
  /** The same, but yields each result as it comes, with the position of its item. */
  readonly mapUnordered: MapCall<'unordered'>
  /** Returns a view of this executor that submits each task with `options`. */
  with(options: TaskOptions): Pick<Executor, 'submit'>
  /** Accepts no more tasks; tasks that were submitted before still run. */
  shutdown(options?: ShutdownOptions): Promise<void>
}
