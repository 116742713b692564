import { checkDuration, checkSignal, untilDone, WaitTimeoutError } from '@manyhands/base'
import type { ReceiveOptions } from './connection-options.ts'

/** The calls that wait for a message of one connection, first come first served, and its watchers. */
export class MessageWaiters {
  /** Each tries to take a message, and returns whether its wait is over. */
  readonly #takers = new Set<() => boolean>()
  readonly #watchers = new Set<() => void>()
  readonly #onChange: () => void
  readonly #closedError: () => Error | undefined

  /**
   * @param onChange - called when a waiter was added or removed
   * @param closedError - the error of all waits once the connection is closed at this end; undefined while it is open
   */
  constructor(onChange: () => void, closedError: () => Error | undefined) {
    this.#onChange = onChange
    this.#closedError = closedError
  }

  get isEmpty(): boolean {
    return this.#takers.size === 0 && this.#watchers.size === 0
  }

  /**
   * Resolves when `attempt` returns true: now, or after a `notify`, in the order of the calls.
   *
   * @throws WaitTimeoutError after `timeoutMs`, CancelledError when `signal` is aborted
   */
  wait(where: string, limits: ReceiveOptions, attempt: () => boolean): Promise<void> {
    const { timeoutMs, signal } = limits
    checkDuration('timeoutMs', timeoutMs, { negative: true })
    checkSignal('signal', signal)
    const timeoutError = (): WaitTimeoutError => new WaitTimeoutError('no message arrived', timeoutMs ?? 0)
    const onTimeout = (): never => {
      throw timeoutError()
    }
    return untilDone<void>(where, limits, onTimeout, settle => {
      const taker = (): boolean => {
        const error = this.#closedError()
        if (error !== undefined) settle.reject(error)
        else if (attempt()) settle.resolve()
        else return false
        return true
      }
      if (this.#takers.size === 0 && taker()) return undefined
      if (timeoutMs !== undefined && timeoutMs <= 0) {
        settle.reject(timeoutError())
        return undefined
      }
      this.#takers.add(taker)
      this.#onChange()
      return () => {
        this.#takers.delete(taker)
        this.#onChange()
      }
    })
  }

  /** @returns removes the watcher */
  watch(callback: () => void): () => void {
    this.#watchers.add(callback)
    this.#onChange()
    return () => {
      this.#watchers.delete(callback)
      this.#onChange()
    }
  }

  /** A message has arrived, or the connection has changed: the waiters try again. */
  notify(): void {
    for (const taker of this.#takers) if (!taker()) break
    for (const watcher of this.#watchers) watcher()
  }
}
