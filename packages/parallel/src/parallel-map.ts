import { checkFunction, markOwn } from '@manyhands/base'
import type { AnyOptions, OnError, ParallelOptions, Settled } from './options.ts'
import { parallelOrigin } from './parallel-origin.ts'
import { runToArray } from './run.ts'
import { mappedItems } from './scheduler/work.ts'

/**
 * Runs `fn(item, index)` for every item on the backend's workers.
 *
 * `fn` is sent to each worker once, with the values its captured variables have when the call starts. The input is
 * pulled as results come, never further ahead than `preDispatch` allows, so that an endless one is stopped by `signal`.
 *
 * ```ts
 * const scale = 3
 * await parallelMap([1, 2, 3], x => scale * x ** 2) // [3, 12, 27]
 * ```
 *
 * @param items - any iterable or async iterable
 * @returns the results in the order of the items; with `onError: 'collect'` an Outcome each
 * @throws the error that `fn` threw, or the input; what was not done is cancelled
 * @throws TaskTimeoutError an item took longer than `timeoutMs`
 * @throws TasksFailedError items failed, with `onError: 'defer'`
 * @throws CancelledError the signal was aborted; `cause` is its reason
 * @throws WorkerExitedError a worker exited while it ran an item
 * @throws SerializationError `fn`, an item or a result cannot travel
 * @throws TypeError, RangeError for bad arguments, at the call
 */
export function parallelMap<I, R, E extends OnError = 'throw', F = never>(
  items: Iterable<I> | AsyncIterable<I>,
  fn: (item: I, index: number) => R,
  options: ParallelMapOptions<R, E, F> = {},
): Promise<Settled<Awaited<R>, E, F>[]> {
  checkFunction('fn', fn, 'write parallelMap(items, fn)')
  const given: AnyOptions = options
  if (given.reuse === 'scope') {
    throw new TypeError(
      "reuse: 'scope' needs an end: write `await using parallel = Parallel({ reuse: 'scope' })`, " +
        'and call that instead of parallelMap',
    )
  }
  return runToArray('parallelMap', mappedItems(fn), items, given) as Promise<Settled<Awaited<R>, E, F>[]>
}

/** Options of parallelMap for a function that returns an `R`: `onResult` receives what stands in the results. */
export type ParallelMapOptions<R = never, E extends OnError = 'throw' | 'defer', F = never> = ParallelOptions<
  E,
  F,
  Settled<Awaited<R>, E, F>
>

markOwn(parallelMap, () => parallelOrigin('parallelMap'))
