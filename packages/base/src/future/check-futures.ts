import { checkDuration, checkOptionNames, checkSignal, describeValue } from '../options.ts'
import { Future, type WaitOptions } from './future.ts'

/**
 * Validates the arguments of `wait` and `asCompleted`, and removes duplicate futures.
 *
 * @param more - names of further options
 * @throws TypeError for what is not an iterable of futures; TypeError, RangeError for bad options
 */
export function checkFutures<T>(
  where: string,
  futures: Iterable<Future<T>>,
  options: WaitOptions,
  more: readonly string[],
): Set<Future<T>> {
  checkOptionNames(where, options, ['timeoutMs', 'signal', ...more])
  checkDuration('timeoutMs', options.timeoutMs, { zero: true })
  checkSignal('signal', options.signal)
  if (typeof (futures as Partial<Iterable<unknown>> | null | undefined)?.[Symbol.iterator] !== 'function') {
    throw new TypeError(`${where} takes an iterable of futures, such as an array, got ${describeValue(futures)}`)
  }
  const all = new Set(futures)
  for (const future of all) {
    if (!(future instanceof Future)) throw new TypeError(`${where} takes futures, got ${describeValue(future)}`)
  }
  return all
}
