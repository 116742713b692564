import { type Future, hasFailed, InvalidStateError, wait, type WaitOptions, warnOf, watchFuture } from '@manyhands/base'

export interface Callbacks<T> {
  /** Called with the value. What it throws becomes a process warning. */
  readonly callback?: ((value: T) => unknown) | undefined
  /** Called with the error instead, which then counts as observed. */
  readonly errorCallback?: ((error: unknown) => unknown) | undefined
}

/**
 * The result of a call that may not be done yet: what a `Pool` returns. It can be awaited; `future` is for
 * `asCompleted`, `wait` and `Promise.all`.
 *
 * Source of the semantics: Python, `multiprocessing.pool.AsyncResult`.
 */
export class AsyncResult<T> implements PromiseLike<T> {
  readonly future: Future<T>

  constructor(future: Future<T>, { callback, errorCallback }: Callbacks<T>) {
    this.future = future
    if (callback === undefined && errorCallback === undefined) return
    watchFuture(future, () => {
      // Without an errorCallback nobody has seen the error.
      const isWanted = hasFailed(future) ? errorCallback !== undefined : callback !== undefined
      if (isWanted) future.then(callback, errorCallback).then(undefined, warnOf)
    })
  }

  /**
   * The value, waiting for it at most `timeoutMs`.
   *
   * @throws the task's own error
   * @throws {@link WaitTimeoutError} it was not there in time; the task continues
   * @throws {@link CancelledError} the task was cancelled, or `signal` ended the wait
   * @throws TypeError, RangeError for bad options, at the call
   */
  get(options: WaitOptions = {}): Promise<T> {
    return this.future.result(options)
  }

  /**
   * Resolves when the call is done, or when `timeoutMs` is over.
   *
   * @returns as `ready`
   * @throws {@link CancelledError} `signal` ended the wait
   * @throws TypeError, RangeError for bad options
   */
  async wait(options: WaitOptions = {}): Promise<boolean> {
    await wait([this.future], options)
    return this.ready()
  }

  /** The call is done: with a value, an error, or cancelled. */
  ready(): boolean {
    return this.future.done
  }

  /**
   * True when it ended with a value.
   *
   * @throws {@link InvalidStateError} when it is not done
   */
  successful(): boolean {
    if (!this.ready()) throw new InvalidStateError('the result is not ready: await it, or ask ready() first')
    return !hasFailed(this.future)
  }

  /** As of a promise. */
  then<A = T, B = never>(
    onValue?: ((value: T) => A | PromiseLike<A>) | null,
    onError?: ((error: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return this.future.then(onValue, onError)
  }
}
