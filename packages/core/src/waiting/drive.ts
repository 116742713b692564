import type { Steps } from './steps.ts'
import type { Wait, Waiter } from './waiter.ts'

/** When to give up. */
export interface Limits {
  readonly timeoutMs?: number | undefined
  readonly signal?: AbortSignal | undefined
}

/** Runs `steps` to its end, blocking this thread where it has to wait. */
export function driveSync<T>(steps: Steps<T>, waiter: Waiter, timeoutMs: number | undefined): T {
  let deadline = timeoutMs === undefined ? Infinity : performance.now() + timeoutMs
  let step = steps.next(false)
  while (step.done !== true) {
    const left = deadline === Infinity ? Infinity : deadline - performance.now()
    if (left > 0) (step.value.waiter ?? waiter).block(step.value, left)
    else deadline = Infinity
    step = steps.next(left <= 0)
  }
  return step.value
}

/** Runs `steps` to its end; as far as it gets without waiting, at once. It gives up by the limits once. */
export function driveAsync<T>(steps: Steps<T>, waiter: Waiter, { timeoutMs, signal }: Limits): Promise<T> {
  const first = steps.next(false)
  if (first.done === true) return Promise.resolve(first.value)
  return new Promise<T>((resolve, reject) => {
    let unpark: (() => void) | undefined
    let timer: NodeJS.Timeout | undefined
    const disarm = (): void => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', giveUp)
    }
    const park = (wait: Wait): void => void (unpark = (wait.waiter ?? waiter).park(wait, resume))
    const advance = (over: boolean): void => {
      try {
        const step = steps.next(over)
        if (step.done !== true) return park(step.value)
        disarm()
        resolve(step.value)
      } catch (error) {
        disarm()
        reject(error)
      }
    }
    const resume = (): void => advance(false)
    const giveUp = (): void => {
      disarm()
      unpark?.()
      advance(true)
    }
    if (timeoutMs === 0 || signal?.aborted === true) return advance(true)
    if (timeoutMs !== undefined && timeoutMs !== Infinity) timer = setTimeout(giveUp, timeoutMs)
    signal?.addEventListener('abort', giveUp, { once: true })
    park(first.value)
  })
}
