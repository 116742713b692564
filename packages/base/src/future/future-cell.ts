import { CancelledError, InvalidStateError } from '../errors.ts'
import { isThenable } from '../thenable.ts'
import { warnOf } from '../warn-of.ts'
import type { UnseenFailure } from './unseen-failures.ts'

// Not the future's own `then`, which would mark the future as observed.
const promiseThen = Promise.prototype.then
const ignore = (): void => {}

/** Called with the future that is done. What it throws, also later as a promise, becomes a process warning. */
export type DoneCallback = (future: Promise<unknown>) => unknown

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
  /** One alone, as most are, needs no set. In a set, because callbacks unregister others while they are called. */
  callbacks: DoneCallback | Set<DoneCallback> | undefined = undefined
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

  /**
   * Calls `callback` once the future is done, immediately when it is already done. This does not mark the future as
   * observed: a failure is still reported.
   */
  watch(callback: DoneCallback): void {
    const { callbacks } = this
    if (this.done) call(callback, this.future)
    else if (callbacks === undefined) this.callbacks = callback
    else if (typeof callbacks === 'object') callbacks.add(callback)
    else this.callbacks = new Set([callbacks, callback])
  }

  unwatch(callback: DoneCallback): void {
    const { callbacks } = this
    if (typeof callbacks === 'object') callbacks.delete(callback)
    if (callbacks === callback || (typeof callbacks === 'object' && callbacks.size === 0)) this.callbacks = undefined
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
    const { callbacks } = this
    if (typeof callbacks === 'function') call(callbacks, this.future)
    else if (callbacks !== undefined) for (const callback of callbacks) call(callback, this.future)
    this.callbacks = undefined
  }
}

function call(callback: DoneCallback, future: Promise<unknown>): void {
  try {
    const result = callback(future)
    if (isThenable(result)) result.then(undefined, warnOf)
  } catch (error) {
    warnOf(error)
  }
}
