import { CancelledError } from './errors.ts'
import { clearTimeout, setTimeout, Promise } from './intrinsics.ts'

/** The longest timer of Node, in milliseconds; a longer one would fire immediately. */
export const LONGEST_TIMER_MS = 2 ** 31 - 1

/**
 * Milliseconds in which an aborted task can end itself. Longer: more tasks end cleanly; shorter: a worker is replaced
 * sooner.
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
 * Calls either `onTimeout` or `onAbort`, once, unless it is disarmed before. For a signal that is already aborted
 * `onAbort` is called immediately; for a `timeoutMs` <= 0 `onTimeout` is called in the next turn of the event loop.
 *
 * @returns disarms both; may be called at any time and more than once
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

/** Settles a wait. */
export interface Settle<T> {
  resolve(value: T): void
  reject(error: unknown): void
}

/**
 * Waits for a callback, within limits. However the wait ends, it removes the timer, the listener on the signal, and
 * everything that `arm` registered.
 *
 * @param where - name of the waiting method, for the error of an abort: `Future.result`
 * @param onTimeout - returns what the wait resolves to after `timeoutMs`, or throws
 * @param arm - registers the callbacks, and returns a function that unregisters them; it may settle immediately
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

/** The error of `where` when a signal with this reason aborted it. */
export function abortedError(where: string, reason: unknown): CancelledError {
  return new CancelledError(`${where} was aborted`, { cause: reason })
}
