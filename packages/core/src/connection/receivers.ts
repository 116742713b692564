import { checkDuration, checkSignal, type Settle, untilDone, WaitTimeoutError } from '@manyhands/base'
import type { ReceiveOptions } from './options.ts'

/** Looks whether a call can be answered now, and settles it then. */
type Attempt = () => boolean

/** Calls that wait for the next message of a connection, first come first served. */
export class Receivers {
  readonly #attempts = new Set<Attempt>()
  readonly #onChange: () => void

  /** @param onChange - called when a call begins or ends to wait */
  constructor(onChange: () => void) {
    this.#onChange = onChange
  }

  get waiting(): boolean {
    return this.#attempts.size > 0
  }

  /** Something has changed: answers calls in their order, as far as that is possible. */
  look(): void {
    for (const attempt of this.#attempts) if (!attempt()) break
  }

  /**
   * Resolves when `attempt` returns true: now, or after a change, in the order of the calls.
   *
   * @throws what `attempt` throws; WaitTimeoutError, CancelledError as the options say; TypeError, RangeError for bad ones
   */
  wait(where: string, { timeoutMs, signal }: ReceiveOptions, attempt: () => boolean): Promise<void> {
    checkDuration('timeoutMs', timeoutMs, { negative: true })
    checkSignal('signal', signal)
    const late = (): never => {
      throw new WaitTimeoutError('no message came', timeoutMs ?? 0)
    }
    return untilDone<void>(where, { timeoutMs, signal }, late, settle => {
      const tryOnce = (): boolean => settleIf(attempt, settle)
      if (this.#attempts.size === 0 && tryOnce()) return undefined
      if (timeoutMs !== undefined && timeoutMs <= 0) {
        settle.reject(new WaitTimeoutError('no message came', timeoutMs))
        return undefined
      }
      this.#attempts.add(tryOnce)
      this.#onChange()
      return () => {
        this.#attempts.delete(tryOnce)
        this.#onChange()
      }
    })
  }
}

function settleIf(attempt: () => boolean, settle: Settle<void>): boolean {
  try {
    if (!attempt()) return false
    settle.resolve()
  } catch (error) {
    settle.reject(error)
  }
  return true
}
