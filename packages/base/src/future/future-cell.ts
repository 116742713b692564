import { CancelledError, InvalidStateError } from '../errors.ts'
import { describeValue } from '../options.ts'
import type { UnseenFailure } from './unseen-failures.ts'

// Not the future's own `then`, which would mark the future as observed.
const promiseThen = Promise.prototype.then
const ignore = (): void => {}

interface Failure {
  readonly error: unknown
  /** Set when the future had not been observed before it failed. */
  unseen: UnseenFailure | undefined
}

export type FutureState = 'pending' | 'running' | 'cancelled' | 'finished'

/**
 * What a future and its resolver share: the state, and the two functions that settle the promise.
 *
 * It is a separate object because creating a promise with many fields costs three times as much as one with a single
 * field. Every field counts: with tens of thousands of tasks alive at a time, the garbage collector, which copies them,
 * limits the throughput.
 */
export class FutureCell<T> {
  state: FutureState = 'pending'
  /** The future was observed, so its failure need not be reported. */
  seen = false
  /** Set once the future failed. Values are kept by the promise alone. */
  failure: Failure | undefined = undefined
  callbacks: (() => void)[] | undefined = undefined
  onValue!: (value: T) => void
  onError!: (error: unknown) => void
  /** Set by the future's constructor. */
  future!: Promise<T>

  get done(): boolean {
    return this.state === 'finished' || this.state === 'cancelled'
  }

  see(): void {
    this.seen = true
    if (this.failure?.unseen !== undefined) this.failure.unseen.seen = true
  }

  /** @returns false when the future was cancelled */
  start(): boolean {
    if (this.state === 'pending') {
      this.state = 'running'
      return true
    }
    if (this.state === 'cancelled') return false
    throw new InvalidStateError(`the future is already ${this.state}`)
  }

  resolve(value: T): void {
    if (this.state !== 'running') this.#assertOpen()
    this.state = 'finished'
    this.onValue(value)
    if (this.callbacks !== undefined) this.#notify()
  }

  reject(error: unknown): void {
    this.#assertOpen()
    this.state = 'finished'
    this.#fail(error)
  }

  /** @param error - what the future rejects with */
  cancel(error?: unknown): boolean {
    if (this.state !== 'pending') return this.state === 'cancelled'
    this.state = 'cancelled'
    // The caller asked for the cancellation, so it need not be reported.
    this.seen = true
    this.#fail(error ?? new CancelledError())
    return true
  }

  onDone(callback: () => void): void {
    this.see()
    if (this.done) call(callback)
    else (this.callbacks ??= []).push(callback)
  }

  /**
   * Calls `callback` once the future is done, immediately when it is already done. Unlike `onDone` this does not mark
   * the future as observed: a failure is still reported.
   *
   * @returns removes the callback
   */
  watch(callback: () => void): () => void {
    if (this.done) {
      call(callback)
      return ignore
    }
    const callbacks = (this.callbacks ??= [])
    callbacks.push(callback)
    return () => {
      const at = callbacks.indexOf(callback)
      if (at >= 0) callbacks.splice(at, 1)
    }
  }

  #assertOpen(): void {
    if (this.done) throw new InvalidStateError(`the future is already ${this.state}`)
  }

  #fail(error: unknown): void {
    this.failure = { error, unseen: undefined }
    // Makes the promise count as handled, so that the program does not end by `unhandledRejection`.
    void promiseThen.call(this.future, undefined, ignore)
    this.onError(error)
    if (this.callbacks !== undefined) this.#notify()
  }

  #notify(): void {
    const callbacks = this.callbacks ?? []
    this.callbacks = undefined
    for (const callback of callbacks) call(callback)
  }
}

function call(callback: () => void): void {
  try {
    callback()
  } catch (error) {
    process.emitWarning(error instanceof Error ? error : new Error(describeValue(error)))
  }
}
