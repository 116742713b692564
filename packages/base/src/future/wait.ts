import { CancelledError, WaitTimeoutError } from '../errors.ts'
import { Future, type WaitOptions } from './future.ts'
import { checkDuration, checkOptionNames, checkSignal, describeValue } from '../options.ts'

export interface WaitForOptions extends WaitOptions {
  /** When to return. `first-failed` returns early only for a failed or cancelled future. @default 'all-done' */
  readonly returnWhen?: 'all-done' | 'first-done' | 'first-failed' | undefined
}

export interface WaitResult<T> {
  readonly done: Set<Future<T>>
  readonly notDone: Set<Future<T>>
}

/**
 * Waits for futures. Each counts once, however often it is given.
 *
 * @returns the futures that are done and those that are not; a wait that ran out of time returns as well, it does not throw
 * @throws CancelledError when `signal` ended the wait
 * @throws TypeError for what is not a future, or an unknown `returnWhen`
 */
export function wait<T>(futures: Iterable<Future<T>>, options: WaitForOptions = {}): Promise<WaitResult<T>> {
  const { all, timeoutMs, signal } = check('wait', futures, options, ['returnWhen'])
  const returnWhen = options.returnWhen ?? 'all-done'
  if (!['all-done', 'first-done', 'first-failed'].includes(returnWhen)) {
    throw new TypeError(`returnWhen must be 'all-done', 'first-done' or 'first-failed', got ${describeValue(returnWhen)}`)
  }
  return new Promise((resolve, reject) => {
    let missing = all.size
    let over = false
    let timer: NodeJS.Timeout | undefined
    const finish = (conclude?: () => void): void => {
      if (over) return
      over = true
      clearTimeout(timer)
      signal?.removeEventListener('abort', abort)
      if (conclude !== undefined) return conclude()
      const done = new Set([...all].filter(future => future.done))
      resolve({ done, notDone: all.difference(done) })
    }
    const abort = (): void => finish(() => reject(new CancelledError('the wait was aborted', { cause: signal?.reason })))
    if (missing === 0) return finish()
    if (signal?.aborted === true) return abort()
    for (const future of all) {
      future.onDone(() => {
        missing--
        if (missing === 0 || returnWhen === 'first-done') finish()
      })
      if (returnWhen === 'first-failed') future.then(undefined, () => finish())
    }
    if (over) return
    signal?.addEventListener('abort', abort, { once: true })
    if (timeoutMs !== undefined && timeoutMs !== Infinity) timer = setTimeout(finish, timeoutMs)
  })
}

/**
 * Yields futures as they get done, those first that are done already. Each comes once, however often it is given.
 *
 * ```ts
 * for await (const future of asCompleted(futures)) console.log(await future)
 * ```
 *
 * @param options.timeoutMs - for the whole iteration, counted from this call
 * @throws WaitTimeoutError from `next()` when the time is over; it says how many are unfinished
 * @throws CancelledError from `next()` when `signal` ended the iteration
 */
export function asCompleted<T>(futures: Iterable<Future<T>>, options: WaitOptions = {}): AsyncIterableIterator<Future<T>> {
  const { all, timeoutMs, signal } = check('asCompleted', futures, options, [])
  const total = all.size
  const ready: Future<T>[] = []
  let wake: (() => void) | undefined
  let left = total
  let failure: Error | undefined
  let timer: NodeJS.Timeout | undefined
  const rouse = (): void => {
    wake?.()
    wake = undefined
  }
  const fail = (error: Error): void => {
    failure ??= error
    rouse()
  }
  const abort = (): void => fail(new CancelledError('the iteration was aborted', { cause: signal?.reason }))
  const close = (): void => {
    clearTimeout(timer)
    signal?.removeEventListener('abort', abort)
    left = 0
    ready.length = 0
    rouse()
  }
  for (const future of all) {
    future.onDone(() => {
      ready.push(future)
      rouse()
    })
  }
  if (timeoutMs !== undefined && timeoutMs !== Infinity && ready.length < total) {
    timer = setTimeout(() => fail(new WaitTimeoutError(`${left - ready.length} (of ${total}) futures unfinished`, timeoutMs)), timeoutMs)
  }
  if (signal?.aborted === true) abort()
  else signal?.addEventListener('abort', abort, { once: true })
  // Written by hand: an async generator would unwrap the futures and end at the first that failed.
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

function check<T>(where: string, futures: Iterable<Future<T>>, options: WaitOptions, more: readonly string[]): { all: Set<Future<T>>; timeoutMs: number | undefined; signal: AbortSignal | undefined } {
  checkOptionNames(where, options, ['timeoutMs', 'signal', ...more])
  checkDuration('timeoutMs', options.timeoutMs, { zero: true })
  checkSignal('signal', options.signal)
  const all = new Set(futures)
  for (const future of all) {
    if (!(future instanceof Future)) throw new TypeError(`${where} takes futures, got ${describeValue(future)}`)
  }
  return { all, timeoutMs: options.timeoutMs, signal: options.signal }
}
