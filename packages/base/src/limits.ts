import { CancelledError } from './errors.ts'

/** What a timer of Node can hold, in milliseconds; a longer one would fire at once. */
export const LONGEST_TIMER_MS = 2 ** 31 - 1

/**
 * Given to a running task that is aborted, so that it can end itself. Longer: more tasks end cleanly; shorter: a worker
 * is replaced sooner.
 */
export const GRACE_MS = 100

/** When to end a wait early. */
export interface Limits {
  /** Milliseconds to wait at most. @default no limit */
  readonly timeoutMs?: number | undefined
  /** Ends the wait. */
  readonly signal?: AbortSignal | undefined
}

/**
 * Calls `onTimeout` or `onAbort`, one of them and once, unless it is disarmed before. A signal that is aborted already
 * counts at once; a time of 0 and less does in the next turn of the event loop.
 *
 * @returns disarms both; may be called at any time, also twice
 */
export function armLimits(
  { timeoutMs, signal }: Limits,
  onTimeout: () => void,
  onAbort: (reason: unknown) => void,
): () => void {
  let timer: NodeJS.Timeout | undefined
  const disarm = (): void => {
    clearTimeout(timer)
    signal?.removeEventListener('abort', abort)
  }
  const abort = (): void => {
    disarm()
    onAbort(signal?.reason)
  }
  if (signal?.aborted === true) {
    abort()
    return disarm
  }
  signal?.addEventListener('abort', abort, { once: true })
  if (timeoutMs !== undefined && timeoutMs !== Infinity) {
    timer = setTimeout(() => {
      disarm()
      onTimeout()
    }, timeoutMs)
  }
  return disarm
}

/** The two ways in which a wait ends by itself. */
export interface Settle<T> {
  resolve(value: T): void
  reject(error: unknown): void
}

/**
 * Waits for something that calls back, within limits. Whatever ends the wait, nothing of it is left: the timer, the
 * listener on the signal, and what `arm` registered.
 *
 * @param where - what is waited in, for the error of an abort: `Future.result`
 * @param onTimeout - returns what the wait resolves to when time is over, or throws
 * @param arm - registers the callbacks, and returns what unregisters them; it may settle at once
 * @throws {@link CancelledError} when `signal` is aborted; `cause` is its reason
 */
export function untilDone<T>(
  where: string,
  limits: Limits,
  onTimeout: () => T,
  arm: (settle: Settle<T>) => (() => void) | undefined,
): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    let over = false
    let disarm: (() => void) | undefined
    let unregister: (() => void) | undefined
    const finish = (conclude: () => void): void => {
      if (over) return
      over = true
      disarm?.()
      unregister?.()
      conclude()
    }
    if (limits.signal?.aborted === true) return reject(abortedError(where, limits.signal.reason))
    unregister = arm({
      resolve: value => finish(() => resolve(value)),
      reject: error => finish(() => reject(error)),
    })
    if (over) return unregister?.()
    disarm = armLimits(
      limits,
      () =>
        finish(() => {
          try {
            resolve(onTimeout())
          } catch (error) {
            reject(error)
          }
        }),
      reason => finish(() => reject(abortedError(where, reason))),
    )
  })
}

/** `where` was ended by a signal with this reason. */
export function abortedError(where: string, reason: unknown): CancelledError {
  return new CancelledError(`${where} was aborted`, { cause: reason })
}
