import { armLimits, type Limits, clock, Promise } from '@manyhands/base'
import type { Steps } from './steps.ts'
import type { Wait, Waiter } from './waiter.ts'

/** Runs `steps` to its end, blocking this thread where it has to wait. */
export function driveSync<T>(steps: Steps<T>, waiter: Waiter, timeoutMs: number | undefined): T {
  let deadline = timeoutMs === undefined ? Infinity : clock() + timeoutMs
  let step = steps.next(false)
  while (step.done !== true) {
    const left = deadline === Infinity ? Infinity : deadline - clock()
    if (left > 0) (step.value.waiter ?? waiter).block(step.value, left)
    else deadline = Infinity
    step = steps.next(left <= 0)
  }
  return step.value
}

/**
 * Runs `steps` to its end; the part before the first wait runs synchronously. When a limit is reached, the steps are
 * resumed with true once.
 */
export function driveAsync<T>(steps: Steps<T>, waiter: Waiter, limits: Limits): Promise<T> {
  const first = steps.next(false)
  if (first.done === true) return Promise.resolve(first.value)
  return new Promise<T>((resolve, reject) => {
    let unpark: (() => void) | undefined
    let disarm: (() => void) | undefined
    const park = (wait: Wait): void => void (unpark = (wait.waiter ?? waiter).park(wait, resume))
    const advance = (over: boolean): void => {
      try {
        const step = steps.next(over)
        if (step.done !== true) return park(step.value)
        disarm?.()
        resolve(step.value)
      } catch (error) {
        disarm?.()
        reject(error)
      }
    }
    const resume = (): void => advance(false)
    const giveUp = (): void => {
      unpark?.()
      advance(true)
    }
    if (limits.timeoutMs === 0 || limits.signal?.aborted === true) return advance(true)
    disarm = armLimits(limits, giveUp, giveUp)
    park(first.value)
  })
}
