import { checkOptionNames, describeValue, type Indexed, markOwn } from '@manyhands/base'
import { checkOptions, type ParallelOptions } from './options.ts'
import { parallelOrigin } from './parallel-origin.ts'
import { runToArray, runToStream } from './run.ts'
import type { ResultStream } from './scheduler/result-stream.ts'
import { delayedCalls } from './scheduler/work.ts'
import type { ResultOf, Results, Task } from './task.ts'

export interface StreamOptions {
  /** Results in the order of the tasks; false: as they come, each with its position. @default true */
  readonly ordered?: boolean | undefined
}

type TaskInput<T> = Iterable<T> | AsyncIterable<T>

/** Runs delayed calls. Made by {@link Parallel}; may be called any number of times, also at the same time. */
export interface Parallel {
  /**
   * Runs all tasks and returns their results in order: a tuple for a tuple.
   *
   * The input is pulled as results come, never further ahead than `preDispatch` allows.
   *
   * @throws the error of a task or of the input, at once; what was not done is cancelled, what runs is aborted
   * @throws TaskTimeoutError a task took longer than `timeoutMs`
   * @throws CancelledError the signal was aborted; `cause` is its reason
   * @throws WorkerExitedError a worker exited while it ran a task
   * @throws SerializationError a function, an argument or a result cannot travel
   * @throws TypeError naming the position of what is not a delayed call
   */
  <const T extends readonly Task<unknown>[]>(tasks: T): Promise<Results<T>>
  <T extends Task<unknown>>(tasks: TaskInput<T>): Promise<ResultOf<T>[]>
  /**
   * Runs all tasks, beginning now, and yields their results.
   *
   * A result counts for `preDispatch` until it is taken, so that a slow consumer stops the pull. Leaving the loop
   * cancels what is left.
   */
  stream<T extends Task<unknown>>(
    tasks: TaskInput<T>,
    options?: { readonly ordered?: true | undefined },
  ): ResultStream<ResultOf<T>>
  stream<T extends Task<unknown>>(
    tasks: TaskInput<T>,
    options: { readonly ordered: false },
  ): ResultStream<Indexed<ResultOf<T>>>
  stream<T extends Task<unknown>>(
    tasks: TaskInput<T>,
    options: StreamOptions,
  ): ResultStream<ResultOf<T> | Indexed<ResultOf<T>>>
}

export interface ParallelConstructor {
  new (options?: ParallelOptions): Parallel
  (options?: ParallelOptions): Parallel
}

/**
 * Runs delayed calls on threads, processes or here.
 *
 * ```ts
 * const rows = await Parallel({ jobs: 2, progress: 'folds' })(folds.map(f => delayed(fit)(X, f)))
 * for await (const { index, value } of Parallel().stream(tasks, { ordered: false })) use(index, value)
 * ```
 *
 * @throws TypeError or RangeError for bad options
 */
export const Parallel: ParallelConstructor = function (options: ParallelOptions = {}): Parallel {
  checkOptions('Parallel', options)
  const run = (tasks: TaskInput<Task<unknown>>): Promise<unknown[]> =>
    runToArray('Parallel', delayedCalls, tasks, options)
  const stream = (tasks: TaskInput<Task<unknown>>, streamOptions: StreamOptions = {}): ResultStream<unknown> => {
    checkOptionNames('stream', streamOptions, ['ordered'])
    const { ordered = true } = streamOptions
    if (typeof ordered !== 'boolean') {
      throw new TypeError(`ordered must be true or false, got ${describeValue(ordered)}`)
    }
    return runToStream('stream', delayedCalls, tasks, options, ordered)
  }
  return Object.assign(run, { stream }) as Parallel
} as ParallelConstructor

markOwn(Parallel, () => parallelOrigin('Parallel'))
