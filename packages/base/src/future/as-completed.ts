import { WaitTimeoutError } from '../errors.ts'
import { Promise } from '../intrinsics.ts'
import { abortedError, armLimits } from '../limits.ts'
import { checkFutures } from './check-futures.ts'
import { type Future, lookAt, type WaitOptions, watchFuture } from './future.ts'

/**
 * Yields futures in the order in which they complete, starting with the ones that are already done. A future that is
 * passed more than once is yielded once.
 *
 * ```ts
 * for await (const future of asCompleted(futures)) console.log(await future)
 * ```
 *
 * @param options.timeoutMs - for the whole iteration, counted from this call
 * @throws WaitTimeoutError from `next()` after `timeoutMs`; its message counts the unfinished futures
 * @throws CancelledError from `next()` when `signal` ended the iteration
 */
export function asCompleted<T>(
  futures: Iterable<Future<T>>,
  options: WaitOptions = {},
): AsyncIterableIterator<Future<T>> {
  const all = checkFutures('asCompleted', futures, options, [])
  const total = all.size
  const ready: Future<T>[] = []
  const stops: (() => void)[] = []
  let wake: (() => void) | undefined
  let left = total
  let failure: Error | undefined
  let disarm: (() => void) | undefined
  const wakeReaders = (): void => {
    wake?.()
    wake = undefined
  }
  const fail = (error: Error): void => {
    failure ??= error
    wakeReaders()
  }
  for (const future of all) {
    lookAt(future)
    const stop = watchFuture(future, () => {
      ready.push(future)
      if (ready.length === total) disarm?.() // no future is left to time out
      wakeReaders()
    })
    stops.push(stop)
  }
  const { timeoutMs } = options
  // Futures that are already done are yielded even after the timeout.
  disarm = armLimits(
    ready.length < total ? options : { signal: options.signal },
    () => fail(new WaitTimeoutError(`${left - ready.length} (of ${total}) futures unfinished`, timeoutMs ?? 0)),
    reason => fail(abortedError('asCompleted', reason)),
  )
  const close = (): void => {
    disarm?.()
    for (const stop of stops) stop()
    left = 0
    ready.length = 0
    wakeReaders()
  }
  // Written by hand: an async generator would unwrap the futures and end at the first failed one.
  return {
    async next() {
      while (left > 0) {
        const future = ready.shift()
        if (future !== undefined) {
          if (--left === 0) close()
          return { done: false, value: future }
        }
        if (failure !== undefined) {
          close()
          throw failure
        }
        await new Promise<void>(resolve => {
          const before = wake
          wake = before === undefined ? resolve : () => (before(), resolve())
        })
      }
      return { done: true, value: undefined }
    },
    async return() {
      close()
      return { done: true, value: undefined }
    },
    [Symbol.asyncIterator]() {
      return this
    },
  }
}
