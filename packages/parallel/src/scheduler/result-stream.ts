import { type Outcome, Promise } from '@manyhands/base'
import type { Holder, Results } from './output.ts'

interface Waiter {
  resolve(result: IteratorResult<unknown>): void
  reject(error: unknown): void
}

interface Held {
  readonly value: unknown
  readonly from: Holder
}

/**
 * Results as an async iterator. Each is held, and counts for how far the input is pulled, until the consumer takes it.
 *
 * An error comes at once, before results that are held; one that is deferred comes behind them. Leaving
 * a loop over the stream, `return()` and `await using` cancel what is left.
 */
export class ResultStream<T> implements AsyncIterableIterator<T>, AsyncDisposable, Results {
  readonly #ordered: boolean
  /** By position when ordered; in the order of arrival, as results `{ index, value }`, when not. */
  readonly #held = new Map<number, Held | 'skipped'>()
  readonly #waiters: Waiter[] = []
  /** What `next` gives next: a position, or a count of arrivals. */
  #next = 0
  #arrived = 0
  #state: 'open' | 'ended' | 'failed' = 'open'
  #error: unknown
  /** Cancels what is left; set once there is something to cancel. */
  leave: () => Promise<unknown> | undefined = () => undefined

  constructor(ordered: boolean) {
    this.#ordered = ordered
  }

  /**
   * The next result.
   *
   * @throws the error of the call, once; then the stream is at its end
   */
  next(): Promise<IteratorResult<T>> {
    return new Promise((resolve, reject) => {
      this.#waiters.push({ resolve: resolve as Waiter['resolve'], reject })
      this.#serve()
    })
  }

  /** Cancels what is left. Waits for an input that has something to clean up. */
  async return(): Promise<IteratorResult<T>> {
    const closing = this.leave()
    this.#close('ended')
    await closing
    return { done: true, value: undefined }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return()
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  /** @internal */
  value(index: number, value: unknown, from: Holder): void {
    from.hold()
    const key = this.#ordered ? index : this.#arrived++
    this.#held.set(key, { value: this.#ordered ? value : { index, value }, from })
    if (key === this.#next) this.#serve()
  }

  /** @internal */
  skip(index: number): void {
    if (!this.#ordered) return
    this.#held.set(index, 'skipped')
    if (index === this.#next) this.#serve()
  }

  /** @internal It keeps nothing that was taken. */
  outcomes(): Outcome<unknown>[] {
    return []
  }

  /** @internal */
  end(): void {
    if (this.#state !== 'open') return
    this.#state = 'ended'
    this.#serve()
  }

  /** @internal After the results that are held. */
  endWith(error: unknown): void {
    if (this.#state !== 'open') return
    this.#error = error
    this.#state = 'failed'
    this.#serve()
  }

  /** @internal */
  fail(error: unknown): void {
    if (this.#state !== 'open') return
    this.#error = error
    this.#close('failed')
  }

  #close(state: 'ended' | 'failed'): void {
    this.#held.clear()
    if (this.#state === 'open' || state === 'ended') this.#state = state
    this.#serve()
  }

  /**
   * Gives waiters what there is. Taking a result may bring in the next one, so each is handed over before it counts as
   * taken.
   */
  #serve(): void {
    while (this.#waiters.length > 0) {
      const held = this.#held.get(this.#next)
      if (held === 'skipped') {
        this.#held.delete(this.#next++)
      } else if (held !== undefined) {
        this.#held.delete(this.#next++)
        this.#waiters.shift()?.resolve({ done: false, value: held.value })
        held.from.taken()
      } else if (this.#state === 'failed') {
        this.#state = 'ended'
        this.#waiters.shift()?.reject(this.#error)
      } else if (this.#state === 'ended') {
        this.#waiters.shift()?.resolve({ done: true, value: undefined })
      } else {
        return
      }
    }
  }
}
