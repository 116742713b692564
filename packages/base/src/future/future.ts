import { WaitTimeoutError } from '../errors.ts'
import { Promise } from '../intrinsics.ts'
import { type Limits, untilDone } from '../limits.ts'
import { checkDuration, checkFunction, checkOptionNames, checkSignal } from '../options.ts'
import { isThenable } from '../thenable.ts'
import { type DoneCallback, FutureCell, type FutureState } from './future-cell.ts'
import type { FutureLabel } from './future-label.ts'
import { watchFailure } from './unseen-failures.ts'

export type { FutureState } from './future-cell.ts'

/** Options of a wait. `signal` ends the wait, not the task. */
export type WaitOptions = Limits

type PromiseExecutor<T> = (resolve: (value: T | PromiseLike<T>) => void, reject: (error: unknown) => void) => unknown

// One function for all futures instead of one closure each: creating a future is most of the cost of a tiny task.
let capturedResolve: (value: never) => void
let capturedReject: (error: unknown) => void
const forgotten = (): void => {}
const capture = (resolve: (value: never) => void, reject: (error: unknown) => void): void => {
  capturedResolve = resolve
  capturedReject = reject
}
let see: (future: Future<unknown>) => void
let cellOf: (future: Future<unknown>) => FutureCell<unknown>
let isFuture: (value: object) => boolean

/**
 * The result of a task that may not have run yet: a promise that also has a `state`, and can be cancelled while it is
 * pending.
 *
 * It never raises `unhandledRejection`, because programs often submit many futures first and await them one by one. A
 * failed future that was never observed (`await`, `then`, `result`, `exception`, `onDone`) is reported as a process
 * warning when it is garbage-collected or its pool closes.
 *
 * Source of the semantics: Python, `concurrent.futures.Future`.
 */
export class Future<T> extends Promise<T> {
  // Not FutureCell<T>: a future is read-only, so a Future<never> is assignable to a Future<number>.
  readonly #cell: FutureCell<unknown>

  /**
   * To create a future use {@link FutureResolver}. With an executor function, as for any promise, the future is
   * finished when that function resolves or rejects it, or fails.
   *
   * @throws TypeError when it is not a function
   */
  constructor(source: PromiseExecutor<T> | FutureCell<T>) {
    super(capture as PromiseExecutor<T>)
    if (!(source instanceof FutureCell)) checkFunction('the executor of a Future', source)
    const cell = typeof source === 'function' ? new FutureCell<T>() : source
    cell.onValue = capturedResolve as (value: T) => void
    cell.onError = capturedReject
    capturedResolve = capturedReject = forgotten // they hold this future
    cell.future = this
    this.#cell = cell as FutureCell<unknown>
    if (typeof source === 'function') {
      const fail = (error: unknown): void => void (cell.done || cell.reject(error))
      try {
        const made: unknown = source(
          value => void Promise.resolve(value).then(result => void (cell.done || cell.resolve(result)), fail),
          fail,
        )
        if (isThenable(made)) made.then(undefined, fail) // an async executor that throws
      } catch (error) {
        fail(error)
      }
    }
  }

  override get [Symbol.toStringTag](): string {
    return 'Future'
  }

  get state(): FutureState {
    return this.#cell.state
  }

  get cancelled(): boolean {
    return this.#cell.state === 'cancelled'
  }

  get running(): boolean {
    return this.#cell.state === 'running'
  }

  /** Finished or cancelled. */
  get done(): boolean {
    return this.#cell.done
  }

  /**
   * Cancels the task if it was not yet sent to a worker; the future then rejects with {@link CancelledError}.
   *
   * @returns true when the future is cancelled, by this call or before; false when it is running or finished
   */
  cancel(): boolean {
    return this.#cell.cancel()
  }

  /**
   * The result, waiting for it at most `timeoutMs`.
   *
   * @throws the task's own error
   * @throws {@link WaitTimeoutError} the future was not done in time; the task continues
   * @throws {@link CancelledError} the future was cancelled, or `signal` ended the wait (`cause` is its reason)
   * @throws TypeError, RangeError for bad options, at the call
   */
  result(options: WaitOptions = {}): Promise<T> {
    checkOptionNames('Future.result', options, ['timeoutMs', 'signal'])
    checkDuration('timeoutMs', options.timeoutMs, { zero: true })
    checkSignal('signal', options.signal)
    const { timeoutMs, signal } = options
    if (this.done || (timeoutMs === undefined && signal === undefined)) return this.then()
    return untilDone<T>(
      'Future.result',
      options,
      () => {
        throw new WaitTimeoutError('the future was not done', options.timeoutMs ?? 0)
      },
      settle => {
        const settled = (): void => void this.then(settle.resolve, settle.reject)
        see(this)
        this.#cell.watch(settled)
        return () => this.#cell.unwatch(settled)
      },
    )
  }

  /**
   * The error that the task threw, or undefined when it succeeded.
   *
   * @throws {@link WaitTimeoutError}, {@link CancelledError} as `result`
   */
  exception(options: WaitOptions = {}): Promise<unknown> {
    return this.result(options).then(
      () => undefined,
      (error: unknown) => {
        if (this.#cell.state === 'finished' && this.#cell.failure?.error === error) return error
        throw error
      },
    )
  }

  /**
   * Calls `callback` with this future once it is done, immediately when it is already done. Callbacks run in the order
   * in which they were added; async ones are not waited for. What a callback throws, or an async one rejects with,
   * becomes a process warning and has no other effect.
   *
   * @throws TypeError when `callback` is not a function
   */
  onDone(callback: (future: this) => unknown): void {
    checkFunction('callback', callback)
    see(this)
    this.#cell.watch(() => callback(this)) // a function of its own: the same callback may be added twice
  }

  static {
    see = future => future.#cell.see()
    cellOf = future => future.#cell
    isFuture = value => #cell in value
  }
}

/**
 * For packages that build on futures: calls `callback` with `future` once it is done, immediately when it is already
 * done. This does not mark the future as observed, so a failure that is never observed is still reported.
 */
export function watchFuture<T>(future: Future<T>, callback: (future: Future<T>) => void): void {
  cellOf(future).watch(callback as DoneCallback)
}

/** Removes a callback of `watchFuture`; it is not called from then on. */
export function unwatchFuture<T>(future: Future<T>, callback: (future: Future<T>) => void): void {
  cellOf(future).unwatch(callback as DoneCallback)
}

/** True when `future` was cancelled or has failed. */
export function hasFailed(future: Future<unknown>): boolean {
  return cellOf(future).failure !== undefined
}

/** Marks `future` as observed, so that its failure is not reported. */
export function lookAt(future: Future<unknown>): void {
  see(future)
}

// `await`, `Promise.all` and `then` all read `constructor`. Returning `Promise` lets `await` use the future directly
// instead of wrapping it in a second promise (three times the cost). The read also marks the future as observed:
// `await` calls no method.
void Object.defineProperty(Future.prototype, 'constructor', {
  configurable: true,
  get(this: Future<unknown>) {
    if (isFuture(this)) see(this) // not of the prototype itself
    return Promise
  },
})

const anonymous: FutureLabel = { name: '(anonymous)' }

/**
 * Creates and settles a future: for authors of executors, and for tests.
 *
 * ```ts
 * const resolver = new FutureResolver<number>('answer')
 * const { future } = resolver
 * if (resolver.start()) resolver.resolve(42)
 * ```
 *
 * - `start()` marks the future as running, after which it cannot be cancelled. It returns false when the future was
 *   cancelled: then do not run the task.
 * - `resolve(value)` and `reject(error)` settle it. When a failed future is garbage-collected before it was observed, a
 *   warning names the task.
 *
 * Each method throws InvalidStateError when the future is already done.
 */
export class FutureResolver<T> extends FutureCell<T> {
  declare future: Future<T>
  readonly label: FutureLabel

  /** @param label - the name of the task in warnings. @default '(anonymous)' */
  constructor(label: string | FutureLabel = anonymous) {
    super()
    this.label = typeof label === 'string' ? { name: label } : label
    void new Future<T>(this)
  }

  get name(): string {
    return this.label.name
  }

  override reject(error: unknown): void {
    const { seen } = this // rejecting reads the promise's constructor, which marks it as observed
    super.reject(error)
    if (!seen && this.failure !== undefined) this.failure.unseen = watchFailure(this.future, this.label, error)
  }
}
