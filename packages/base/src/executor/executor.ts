import type { Future } from '../future/future.ts'

/** Options of one submitted task. */
export interface TaskOptions {
  /**
   * Milliseconds the task may run, counted from when a worker starts it. A task that runs longer is ended together with
   * its worker.
   * @default no limit
   */
  readonly timeoutMs?: number | undefined
  /** Aborts the task: queued it is dropped, running it is ended together with its worker. */
  readonly signal?: AbortSignal | undefined
  /** Objects among the arguments that move to the worker instead of being copied (threads only). */
  readonly transfer?: readonly Transferable[] | undefined
}

export type Transferable =
  | ArrayBuffer
  | import('node:worker_threads').MessagePort
  | import('node:stream/web').ReadableStream
  | import('node:stream/web').WritableStream
  | import('node:stream/web').TransformStream

export interface MapOptions {
  /** Items that are sent to a worker together. @default 1 */
  readonly chunkSize?: number | undefined
  /**
   * Results that may be finished or running and not yet taken; the input is pulled no further.
   * @default no limit: the whole input is submitted at once
   */
  readonly bufferSize?: number | undefined
  /** Milliseconds for all results, counted from the call. @default no limit */
  readonly timeoutMs?: number | undefined
  readonly signal?: AbortSignal | undefined
}

export interface ShutdownOptions {
  /** Resolve only when the tasks are done and the workers are gone. @default true */
  readonly wait?: boolean | undefined
  /** Cancel the tasks that were not yet handed to a worker. @default false */
  readonly cancelFutures?: boolean | undefined
}

/** A function that may take its time. */
export type TaskFunction<A extends readonly unknown[], R> = (...args: A) => R

/** Takes tasks and runs them somewhere: on threads, on processes, here. */
export interface Executor extends AsyncDisposable {
  /** Runs `fn(...args)` on a worker. */
  submit<A extends readonly unknown[], R>(fn: TaskFunction<A, R>, ...args: A): Future<Awaited<R>>
  /** Runs `fn(item)` for each item and yields the results in the order of the items. */
  map<I, R>(
    fn: (item: I) => R,
    items: Iterable<I> | AsyncIterable<I>,
    options?: MapOptions,
  ): AsyncIterableIterator<Awaited<R>>
  /** The same executor, with options for each task submitted through what is returned. */
  with(options: TaskOptions): Pick<Executor, 'submit'>
  /** Takes no more tasks; those that were submitted still run. */
  shutdown(options?: ShutdownOptions): Promise<void>
}
