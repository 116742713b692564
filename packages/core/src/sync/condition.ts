import {
  abortedError,
  type Across,
  checkFunction,
  checkInteger,
  checkMayBlock,
  checkOptionNames,
  checkSync,
  coreOrigin,
  describeValue,
  InvalidStateError,
  origin,
  type Origin,
  rememberShared,
  replace,
  revive,
  reviveShared,
  clock,
} from '@manyhands/base'
import type { Region } from '../region/region.ts'
import { driveAsync, driveSync } from '../waiting/drive.ts'
import { at, type Steps } from '../waiting/steps.ts'
import type { Guard } from './guard.ts'
import { coreOfLock, Lock, type LockCore } from './lock.ts'
import {
  type AcquireOptions,
  type AcquireSyncOptions,
  checkAcquireOptions,
  checkAcquireSyncOptions,
  checkPrimitiveAcross,
  type PrimitiveOptions,
} from './options.ts'
import { asRevivedHandle, revivedHandle } from './revived-handle.ts'
import { coreOfRLock, RLock } from './rlock.ts'
import { BASE, SharedState } from './shared-state.ts'
import { WAIT_LIST_BYTES, WaitList } from './wait-list.ts'

export interface ConditionOptions extends PrimitiveOptions {
  /** The lock of the condition; several conditions can share a lock. @default a new RLock */
  readonly lock?: Lock | RLock | undefined
}

interface ConditionHandle {
  readonly region: Region
  readonly lock: Lock | RLock
}

/**
 * Lets the owner of a lock wait until another owner notifies it, for example that the data protected by the lock has
 * changed.
 *
 * ```ts
 * const there = condition.runExclusive(() => condition.waitFor(() => items.length > 0))
 * await condition.runExclusive(() => { items.push(1); condition.notify() })
 * await there
 * ```
 *
 * The longest-waiting call is notified first. A notification reaches only calls that are waiting at that moment. It is
 * not consumed by a waiter that has died or given up.
 *
 * Source of the semantics: Python, `multiprocessing.Condition`. Unlike in Python, `notify` with a plain `Lock` requires
 * that this thread holds the lock, not just any thread.
 */
export class Condition {
  /** The lock of the condition. It is held when `wait` returns. */
  readonly lock: Lock | RLock
  readonly #state: SharedState
  readonly #list: WaitList

  /**
   * @throws TypeError, RangeError for bad options, such as an `across` that differs from the lock's
   * @throws ParallelError, Error as `Region.create`, for `across: 'processes'`
   */
  constructor(options: ConditionOptions = {}) {
    const received = revivedHandle<ConditionHandle>(options)
    if (received !== undefined) {
      this.lock = received.lock
      this.#state = new SharedState(received.region)
    } else {
      checkOptionNames('Condition', options, ['across', 'lock'])
      const { lock } = options
      if (lock !== undefined && !(lock instanceof Lock) && !(lock instanceof RLock)) {
        throw new TypeError(`lock must be a Lock or an RLock, got ${describeValue(lock)}`)
      }
      const across = checkPrimitiveAcross(options.across ?? lock?.across)
      if (lock !== undefined && lock.across !== across) {
        throw new RangeError(
          `across must be that of the lock, ${JSON.stringify(lock.across)}, got ${JSON.stringify(across)}`,
        )
      }
      this.lock = lock ?? new RLock({ across })
      this.#state = SharedState.create(across, WAIT_LIST_BYTES)
    }
    this.#list = new WaitList(this.#state.words, BASE, this.#state.parties, this.#state.waiter.wake)
  }

  get across(): Across {
    return this.#state.region.across
  }

  /** Acquires the lock. @throws as `Lock.acquire` */
  acquire(options?: AcquireOptions): Promise<Guard> {
    return this.lock.acquire(options)
  }

  /** Acquires the lock. @throws as `Lock.acquireSync` */
  acquireSync(options?: AcquireSyncOptions): Guard {
    return this.lock.acquireSync(options)
  }

  /** Takes the lock if it is free. */
  tryAcquire(): Guard | null {
    return this.lock.tryAcquire()
  }

  /** Releases the lock. @throws as `release` of the lock */
  release(): void {
    this.lock.release()
  }

  /** Runs `fn` while holding the lock. @throws as `acquire`, and what `fn` throws */
  runExclusive<T>(fn: (guard: Guard) => T | PromiseLike<T>, options?: AcquireOptions): Promise<T> {
    return this.lock.runExclusive(fn, options)
  }

  /** Runs `fn` while holding the lock. @throws as `runExclusiveSync` of the lock */
  runExclusiveSync<T>(fn: (guard: Guard) => T, options?: AcquireSyncOptions): T {
    return this.lock.runExclusiveSync(fn, options)
  }

  /**
   * Releases the lock, waits for a notification, and acquires the lock again. The lock is held at the end of the wait
   * in all cases; acquiring it may take longer than `timeoutMs`.
   *
   * @returns true; false when there was no notification within `timeoutMs`
   * @throws {@link InvalidStateError} when the lock is not held here, or 1024 calls wait already
   * @throws {@link CancelledError} when `signal` is aborted before a notification came
   * @throws TypeError, RangeError for bad options
   */
  async wait(options: AcquireOptions = {}): Promise<boolean> {
    checkAcquireOptions('Condition.wait', options)
    const notified = await driveAsync(this.#wait('wait'), this.#state.waiter, options)
    if (!notified && options.signal?.aborted === true) throw abortedError('Condition.wait', options.signal.reason)
    return notified
  }

  /**
   * As `wait`, but blocks the thread.
   * @throws as `wait`, and {@link InvalidStateError} on the main thread, without `allowMainThread`
   */
  waitSync(options?: AcquireSyncOptions): boolean {
    if (options !== undefined) checkAcquireSyncOptions('Condition.waitSync', options)
    checkMayBlock('waitSync', 'wait', options?.allowMainThread)
    return driveSync(this.#wait('waitSync'), this.#state.waiter, options?.timeoutMs)
  }

  /**
   * Waits until `predicate()` is truthy; it is called while the lock is held, first immediately and then after each
   * notification.
   *
   * @returns the last result of the predicate, which is falsy after `timeoutMs`
   * @throws as `wait`, and what `predicate` throws
   * @throws TypeError when `predicate` returns a promise, which is always truthy; the lock is still held then
   */
  async waitFor<T>(predicate: () => T, options: AcquireOptions = {}): Promise<T> {
    checkFunction('predicate', predicate)
    checkAcquireOptions('Condition.waitFor', options)
    this.#held('waitFor')
    const deadline = clock() + (options.timeoutMs ?? Infinity)
    for (;;) {
      const result = checkSync('predicate', predicate(), 'await what it needs before, under the lock')
      const left = deadline - clock()
      if (Boolean(result) || left <= 0) return result
      await this.wait({ timeoutMs: left, signal: options.signal })
    }
  }

  /** As `waitFor`, but blocks the thread. @throws as `waitSync`, and as `waitFor` */
  waitForSync<T>(predicate: () => T, options: AcquireSyncOptions = {}): T {
    checkFunction('predicate', predicate)
    checkAcquireSyncOptions('Condition.waitForSync', options)
    this.#held('waitForSync')
    const deadline = clock() + (options.timeoutMs ?? Infinity)
    for (;;) {
      const result = checkSync('predicate', predicate(), 'await what it needs before, under the lock')
      const left = deadline - clock()
      if (Boolean(result) || left <= 0) return result
      this.waitSync({ timeoutMs: left, allowMainThread: options.allowMainThread })
    }
  }

  /**
   * Wakes up to `count` waiters.
   *
   * @param count - @default 1
   * @throws {@link InvalidStateError} when the lock is not held here
   * @throws RangeError, TypeError unless `count` is an integer >= 0
   */
  notify(count = 1): void {
    checkInteger('count', count, 0)
    this.#held('notify')
    this.#list.notify(count)
  }

  /** Wakes all waiters. @throws as `notify` */
  notifyAll(): void {
    this.#held('notifyAll')
    this.#list.notify(Infinity)
  }

  *#wait(method: string): Steps<boolean> {
    const lock = this.#held(method)
    return yield* this.#list.wait({
      suspend() {
        const resume = lock.suspend()
        return () => at(lock.waiter, resume())
      },
    })
  }

  #held(method: string): LockCore {
    const core = this.lock instanceof Lock ? coreOfLock(this.lock) : coreOfRLock(this.lock)
    if (!core.isHeldHere()) {
      throw new InvalidStateError(`Condition.${method} needs the lock of the condition: acquire it first`)
    }
    return core
  }

  [replace](across: Across = 'threads'): ConditionHandle {
    const region = this.#state.sendTo(across, 'Condition', "new Condition({ across: 'processes' })")
    rememberShared(idOf(region), this)
    return { region, lock: this.lock }
  }

  static [revive](handle: ConditionHandle): Condition {
    return reviveShared(idOf(handle.region), () => new Condition(asRevivedHandle(handle)))
  }

  static get [origin](): Origin {
    return coreOrigin('Condition')
  }
}

function idOf(region: Region): string {
  return `${region.id}/condition`
}
