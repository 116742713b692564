import { Promise } from '../intrinsics.ts'
import { untilDone } from '../limits.ts'
import { describeValue } from '../options.ts'
import { checkFutures } from './check-futures.ts'
import { type Future, hasFailed, lookAt, unwatchFuture, type WaitOptions, watchFuture } from './future.ts'

export interface WaitForOptions extends WaitOptions {
  /** When to return. `first-failed` returns early only for a failed or cancelled future. @default 'all-done' */
  readonly returnWhen?: 'all-done' | 'first-done' | 'first-failed' | undefined
}

export interface WaitResult<T> {
  readonly done: Set<Future<T>>
  readonly notDone: Set<Future<T>>
}

/**
 * Waits for futures. A future that is passed more than once counts once.
 *
 * @returns the futures that are done and the futures that are not; a wait that times out returns too and does not throw
 * @throws CancelledError when `signal` ended the wait
 * @throws TypeError for what is not a future, or an unknown `returnWhen`
 */
export function wait<T>(futures: Iterable<Future<T>>, options: WaitForOptions = {}): Promise<WaitResult<T>> {
  const all = checkFutures('wait', futures, options, ['returnWhen'])
  const returnWhen = options.returnWhen ?? 'all-done'
  if (!['all-done', 'first-done', 'first-failed'].includes(returnWhen)) {
    throw new TypeError(
      `returnWhen must be 'all-done', 'first-done' or 'first-failed', got ${describeValue(returnWhen)}`,
    )
  }
  const result = (): WaitResult<T> => {
    const done = new Set([...all].filter(future => future.done))
    return { done, notDone: all.difference(done) }
  }
  if (all.size === 0) return Promise.resolve(result())
  return untilDone('wait', options, result, settle => {
    let missing = all.size
    const look = (future: Future<T>): void => {
      missing--
      const isEnough =
        missing === 0 || returnWhen === 'first-done' || (returnWhen === 'first-failed' && hasFailed(future))
      if (isEnough) settle.resolve(result())
    }
    for (const future of all) {
      lookAt(future)
      watchFuture(future, look)
    }
    return () => {
      for (const future of all) unwatchFuture(future, look)
    }
  })
}
