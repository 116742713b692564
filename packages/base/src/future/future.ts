import { WaitTimeoutError } from '../errors.ts'
import { type Limits, untilDone } from '../limits.ts'
import { checkDuration, checkFunction, checkOptionNames, checkSignal } from '../options.ts'
import { FutureCell, type FutureState } from './future-cell.ts'
import type { FutureLabel } from './future-label.ts'
import { watchFailure } from './unseen-failures.ts'

export type { FutureState } from './future-cell.ts'

/** Of a wait. `signal` ends the wait, not the task. */
export type WaitOptions = Limits

type PromiseExecutor<T> = (resolve: (value: T | PromiseLike<T>) => void, reject: (error: unknown) => void) => void

// One function for all futures, and no closure each: making a future is the greatest part of what a tiny task costs.
let capturedResolve: (value: never) => void
let capturedReject: (error: unknown) => void
const capture = (resolve: (value: never) => void, reject: (error: unknown) => void): void => {
  capturedResolve = resolve
  capturedReject = reject
}
let see: (future: Future<unknown>) => void
let cellOf: (future: Future<unknown>) => FutureCell<unknown>

/**
 * The result of a task that may not have run yet: a promise that also knows its state, and can be cancelled while it is
 * pending.
 *
 * It never raises `unhandledRejection`, because many futures are submitted first and awaited one after the other. A
 * failed future that nobody ever looks at (`await`, `then`, `result`, `exception`, `onDone`) is reported as a process
 * warning when it is collected or its pool closes.
 *
 * Source of the semantics: Python, `concurrent.futures.Future`.
 */
export class Future<T> extends Promise<T> {
  // Not FutureCell<T>: a future can only be read, so a Future<never> is a Future<number>.
  readonly #cell: FutureCell<unknown>

  /**
   * To make a future use {@link FutureResolver}; with an executor function, as any promise, it is finished when that
   * resolves or rejects.
   */
  constructor(source: PromiseExecutor<T> | FutureCell<T>) {
    super(capture as PromiseExecutor<T>)
    const cell = typeof source === 'function' ? new FutureCell<T>() : source
    cell.onValue = capturedResolve as (value: T) => void
    cell.onError = capturedReject
    cell.future = this
    this.#cell = cell as FutureCell<unknown>
    if (typeof source === 'function') {
      const fail = (error: unknown): void => void (cell.done || cell.reject(error))
      try {
        source(
          value => void Promise.resolve(value).then(result => void (cell.done || cell.resolve(result)), fail),
          fail,
        )
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
   * Cancels the task if it was not yet handed to a worker; the future then rejects with {@link CancelledError}.
   *
   * @returns true when the future is cancelled, now or before; false when it is running or finished
   */
  cancel(): boolean {
    return this.#cell.cancel()
  }

  /**
   * The result, waiting for it at most `timeoutMs`.
   *
   * @throws the task's own error
   * @throws {@link WaitTimeoutError} the future was not done in time; the task goes on
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
        see(this)
        return watchFuture(this, () => void this.then(settle.resolve, settle.reject))
      },
    )
  }

  /**
   * The error that the task raised, or undefined when it succeeded.
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
   * Calls `callback` with this future once it is done: in the order in which callbacks were added, at once when it is
   * done already. An error of a callback becomes a process warning and disturbs nothing.
   */
  onDone(callback: (future: this) => void): void {
    checkFunction('callback', callback)
    this.#cell.onDone(() => callback(this))
  }

  static {
    see = future => future.#cell.see()
    cellOf = future => future.#cell
  }
}

/**
 * For packages that build on futures: calls `callback` once `future` is done, at once when it is done already. It does
 * not count as a look at the future, so a failure is still reported when nobody looks at it.
 *
 * @returns takes the callback back
 */
export function watchFuture(future: Future<unknown>, callback: () => void): () => void {
  return cellOf(future).watch(callback)
}

/** True when `future` was cancelled or has failed. */
export function hasFailed(future: Future<unknown>): boolean {
  return cellOf(future).failure !== undefined
}

/** From now on a failure of `future` counts as seen. */
export function lookAt(future: Future<unknown>): void {
  see(future)
}

// `await`, `Promise.all` and `then` all read `constructor`. The answer `Promise` lets `await` take the future as it is
// instead of wrapping it in a second promise (three times the cost), and being asked is how a future knows that someone
// looks at it: `await` calls no method.
void Object.defineProperty(Future.prototype, 'constructor', {
  configurable: true,
  get(this: Future<unknown>) {
    see(this)
    return Promise
  },
})

const anonymous: FutureLabel = { name: '(anonymous)' }

/**
 * The side of a future that settles it: for those who write executors, and for tests.
 *
 * ```ts
 * const resolver = new FutureResolver<number>('answer')
 * const { future } = resolver
 * if (resolver.start()) resolver.resolve(42)
 * ```
 *
 * - `start()` marks the future as running, from where on it cannot be cancelled; false means that it was cancelled:
 *   then do not run the task.
 * - `resolve(value)` and `reject(error)` settle it. When nobody has looked at a failed future by the time it is
 *   collected, a warning names the task.
 *
 * Each throws InvalidStateError when the future is already done.
 */
export class FutureResolver<T> extends FutureCell<T> {
  declare future: Future<T>
  readonly label: FutureLabel

  /** @param label - what the task is called in warnings. @default '(anonymous)' */
  constructor(label: string | FutureLabel = anonymous) {
    super()
    this.label = typeof label === 'string' ? { name: label } : label
    void new Future<T>(this)
  }

  get name(): string {
    return this.label.name
  }

  override reject(error: unknown): void {
    const { seen } = this // rejecting reads the constructor of the promise, which counts as a look
    super.reject(error)
    if (!seen && this.failure !== undefined) this.failure.unseen = watchFailure(this.future, this.label, error)
  }
}
