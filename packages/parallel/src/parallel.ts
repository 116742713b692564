import { checkOptionNames, describeValue, type Indexed, markOwn } from '@manyhands/base'
import { checkOptions } from './check-options.ts'
import type { AnyOptions, OnError, ParallelOptions, Settled } from './options.ts'
import { parallelOrigin } from './parallel-origin.ts'
import { runToArray, runToStream } from './run.ts'
import type { ResultStream } from './scheduler/result-stream.ts'
import { delayedCalls } from './scheduler/work.ts'
import type { ResultOf, Results, Task } from './task.ts'
import { WorkerScope } from './worker-scope.ts'

export interface StreamOptions {
  /** Results in the order of the tasks; false: as they come, each with its position. @default true */
  readonly ordered?: boolean | undefined
}

type TaskInput<T> = Iterable<T> | AsyncIterable<T>

/**
 * Runs delayed calls. Made by {@link Parallel}; may be called any number of times, also at the same time.
 *
 * `E` and `F` are the options that decide what stands in the results, see {@link Settled}.
 */
export interface Parallel<E extends OnError = 'throw', F = never> {
  /**
   * Runs all tasks and returns their results in order: a tuple for a tuple.
   *
   * The input is pulled as results come, never further ahead than `preDispatch` allows.
   *
   * @throws the error of a task or of the input, at once; what was not done is cancelled, what runs is aborted
   * @throws TasksFailedError tasks failed, with `onError: 'defer'`
   * @throws TaskTimeoutError a task took longer than `timeoutMs`
   * @throws CancelledError the signal was aborted; `cause` is its reason
   * @throws WorkerExitedError a worker exited while it ran a task
   * @throws SerializationError a function, an argument or a result cannot travel
   * @throws what `fallback`, `onResult` or `onProgress` throws
   * @throws TypeError naming the position of what is not a delayed call
   */
  <const T extends readonly Task<unknown>[]>(tasks: T): Promise<Results<T, E, F>>
  <T extends Task<unknown>>(tasks: TaskInput<T>): Promise<Settled<ResultOf<T>, E, F>[]>
  /**
   * Runs all tasks, beginning now, and yields their results.
   *
   * A result counts for `preDispatch` until it is taken, so that a slow consumer stops the pull. Leaving the loop
   * cancels what is left.
   */
  stream<T extends Task<unknown>>(
    tasks: TaskInput<T>,
    options?: { readonly ordered?: true | undefined },
  ): ResultStream<Settled<ResultOf<T>, E, F>>
  stream<T extends Task<unknown>>(
    tasks: TaskInput<T>,
    options: { readonly ordered: false },
  ): ResultStream<Indexed<Settled<ResultOf<T>, E, F>>>
  stream<T extends Task<unknown>>(
    tasks: TaskInput<T>,
    options: StreamOptions,
  ): ResultStream<Settled<ResultOf<T>, E, F> | Indexed<Settled<ResultOf<T>, E, F>>>
}

/** A Parallel with workers of its own, which end when it is disposed of: `reuse: 'scope'`. */
export interface ScopedParallel<E extends OnError = 'throw', F = never> extends Parallel<E, F>, AsyncDisposable {}

type ScopedOptions<E extends OnError, F> = ParallelOptions<E, F> & { readonly reuse: 'scope' }

export interface ParallelConstructor {
  new <E extends OnError = 'throw', F = never>(options: ScopedOptions<E, F>): ScopedParallel<E, F>
  new <E extends OnError = 'throw', F = never>(options?: ParallelOptions<E, F>): Parallel<E, F>
  <E extends OnError = 'throw', F = never>(options: ScopedOptions<E, F>): ScopedParallel<E, F>
  <E extends OnError = 'throw', F = never>(options?: ParallelOptions<E, F>): Parallel<E, F>
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
export const Parallel = function (options: AnyOptions = {}): Parallel<OnError, unknown> {
  checkOptions('Parallel', options)
  const scope = options.reuse === 'scope' ? new WorkerScope() : undefined
  const run = (tasks: TaskInput<Task<unknown>>): Promise<unknown[]> =>
    runToArray('Parallel', delayedCalls, tasks, options, scope)
  const stream = (tasks: TaskInput<Task<unknown>>, streamOptions: StreamOptions = {}): ResultStream<unknown> => {
    checkOptionNames('stream', streamOptions, ['ordered'])
    const { ordered = true } = streamOptions
    if (typeof ordered !== 'boolean') {
      throw new TypeError(`ordered must be true or false, got ${describeValue(ordered)}`)
    }
    return runToStream('stream', delayedCalls, tasks, options, ordered, scope)
  }
  const parallel = Object.assign(run, { stream }) as Parallel<OnError, unknown>
  return scope === undefined ? parallel : Object.assign(parallel, { [Symbol.asyncDispose]: () => scope.end() })
} as unknown as ParallelConstructor

markOwn(Parallel, () => parallelOrigin('Parallel'))
