import { WaitTimeoutError } from '../errors.ts'
import { Promise } from '../intrinsics.ts'
import { abortedError, armLimits } from '../limits.ts'
import { checkFutures } from './check-futures.ts'
import { type Future, lookAt, unwatchFuture, type WaitOptions, watchFuture } from './future.ts'

/**
 * Yields futures in the order in which they complete, starting with the ones that are already done. A future that is
 * passed more than once is yielded once. What is registered with the futures goes when the iteration ends, or when the
 * iterator is collected.
 *
 * ```ts
 * for await (const future of asCompleted(futures)) console.log(await future)
 * ```
 *
 * @param options.timeoutMs - for the whole iteration, counted from this call
 * @throws WaitTimeoutError from `next()` after `timeoutMs`; its message counts the unfinished futures
 * @throws CancelledError from `next()` when `signal` ended the iteration
 */
export function asCompleted<T>(
  futures: Iterable<Future<T>>,
  options: WaitOptions = {},
): AsyncIterableIterator<Future<T>> {
  const all = checkFutures('asCompleted', futures, options, [])
  return new CompletedFutures(new Completions(all, options))
}

/**
 * What the futures and the limits of an iteration refer to. It does not refer to the iterator, except while a `next()`
 * waits: an iterator that nobody can continue is collected, and unregisters this.
 */
class Completions<T> {
  /** Those that are not done yet: one that was yielded is not held. */
  readonly #futures: Set<Future<T>>
  readonly #ready: Future<T>[] = []
  readonly #wake: (() => void)[] = []
  readonly #disarm: (() => void) | undefined
  #left: number
  #failure: Error | undefined

  constructor(futures: Set<Future<T>>, options: WaitOptions) {
    this.#futures = futures
    const total = (this.#left = futures.size)
    for (const future of futures) {
      lookAt(future)
      watchFuture(future, this.#add)
    }
    // Futures that are already done are yielded even after the timeout.
    this.#disarm = armLimits(
      this.#ready.length < total ? options : { signal: options.signal },
      () => {
        const unfinished = `${this.#left - this.#ready.length} (of ${total}) futures unfinished`
        this.#fail(new WaitTimeoutError(unfinished, options.timeoutMs ?? 0))
      },
      reason => this.#fail(abortedError('asCompleted', reason)),
    )
  }

  get left(): number {
    return this.#left
  }

  /** The next future that is done, if there is one. @throws what has ended the iteration */
  take(): Future<T> | undefined {
    const future = this.#ready.shift()
    if (future !== undefined) {
      if (--this.#left === 0) this.close()
    } else if (this.#failure !== undefined) {
      this.close()
      throw this.#failure
    }
    return future
  }

  /** @param resolve - called when `take` may have something to return */
  onChange(resolve: () => void): void {
    this.#wake.push(resolve)
  }

  close(): void {
    this.#disarm?.()
    for (const future of this.#futures) unwatchFuture(future, this.#add)
    this.#left = 0
    this.#ready.length = 0
    this.#wakeReaders()
  }

  readonly #add = (future: Future<T>): void => {
    this.#futures.delete(future)
    this.#ready.push(future)
    if (this.#ready.length === this.#left) this.#disarm?.() // no future is left to time out
    this.#wakeReaders()
  }

  #fail(error: Error): void {
    this.#failure ??= error
    this.#wakeReaders()
  }

  #wakeReaders(): void {
    for (const resolve of this.#wake.splice(0)) resolve()
  }
}

/** Written by hand: an async generator would unwrap the futures and end at the first failed one. */
class CompletedFutures<T> implements AsyncIterableIterator<Future<T>> {
  readonly #completions: Completions<T>

  constructor(completions: Completions<T>) {
    this.#completions = completions
    if (completions.left === 0) return
    abandoned ??= new FinalizationRegistry(left => left.close())
    abandoned.register(this, completions)
  }

  async next(): Promise<IteratorResult<Future<T>>> {
    while (this.#completions.left > 0) {
      const future = this.#completions.take()
      if (future !== undefined) return { done: false, value: future }
      await new Promise<void>(resolve => this.#completions.onChange(resolve))
    }
    return { done: true, value: undefined }
  }

  async return(): Promise<IteratorResult<Future<T>>> {
    this.#completions.close()
    return { done: true, value: undefined }
  }

  [Symbol.asyncIterator](): this {
    return this
  }
}

let abandoned: FinalizationRegistry<{ close(): void }> | undefined
