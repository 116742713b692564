import { checkFunction, markOwn } from '@manyhands/base'
import type { ParallelOptions } from './options.ts'
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
 * @returns the results in the order of the items
 * @throws the error that `fn` threw, or the input; what was not done is cancelled
 * @throws TaskTimeoutError an item took longer than `timeoutMs`
 * @throws CancelledError the signal was aborted; `cause` is its reason
 * @throws WorkerExitedError a worker exited while it ran an item
 * @throws SerializationError `fn`, an item or a result cannot travel
 * @throws TypeError, RangeError for bad arguments, at the call
 */
export function parallelMap<I, R>(
  items: Iterable<I> | AsyncIterable<I>,
  fn: (item: I, index: number) => R,
  options: ParallelOptions = {},
): Promise<Awaited<R>[]> {
  checkFunction('fn', fn, 'write parallelMap(items, fn)')
  return runToArray('parallelMap', mappedItems(fn), items, options) as Promise<Awaited<R>[]>
}

markOwn(parallelMap, () => parallelOrigin('parallelMap'))
