import {
  type Across,
  checkFunction,
  checkMayBlock,
  checkOptionNames,
  checkSync,
  coreOrigin,
  InvalidStateError,
  origin,
  type Origin,
  rememberShared,
  replace,
  revive,
  reviveShared,
} from '@manyhands/base'
import type { Region } from '../region/region.ts'
import { driveAsync, driveSync } from '../waiting/drive.ts'
import type { Steps } from '../waiting/steps.ts'
import type { Waiter } from '../waiting/waiter.ts'
import { Guard } from './guard.ts'
import { acquireAnyway, type Acquired, WAIT_ENDED, Mutex, type MutexAlgorithm, OWNER_DIED } from './mutex.ts'
import {
  type AcquireOptions,
  type AcquireSyncOptions,
  checkAcquireOptions,
  checkAcquireSyncOptions,
  checkPrimitiveAcross,
  waitEndedError,
  type PrimitiveOptions,
} from './options.ts'
import { asRevivedHandle, revivedHandle } from './revived-handle.ts'
import { BASE, BASE_64, SharedState } from './shared-state.ts'
import { TICKET_MUTEX_BYTES, TicketMutex } from './ticket-mutex.ts'
import type { ConditionLock } from './wait-list.ts'

export interface LockOptions extends PrimitiveOptions {
  /**
   * Grant the lock in the order of the requests. If false, a running thread takes it first, which is 100 times faster
   * under contention, but an asynchronous `acquire` may wait for a long time while busy workers take the lock again and
   * again.
   * @default false
   */
  readonly fair?: boolean | undefined
}

interface LockHandle {
  readonly region: Region
  readonly fair: boolean
}

/** A lock as a condition uses it. */
export interface LockCore extends ConditionLock {
  readonly waiter: Waiter
  isHeldHere(): boolean
}

export let coreOfLock: (lock: Lock) => LockCore

const NOT_ACQUIRED = 'the lock was not acquired'
const NOT_HELD = 'the lock is not held'

/**
 * A lock shared by threads, or by threads and processes: at most one of them holds it at a time. Its owner cannot
 * acquire it again (see `RLock`).
 *
 * When the owner dies (a process that is killed, a worker of a pool that exits), a waiter takes the lock over within 10
 * to 100 ms; its guard has `ownerDied`: the protected data may be inconsistent.
 *
 * ```ts
 * const lock = new Lock({ across: 'processes' })
 * {
 *   using guard = await lock.acquire() // acquireSync() in a worker
 * }
 * await lock.runExclusive(() => {}) // where there is no `using`
 * ```
 *
 * Source of the semantics: Python, `multiprocessing.Lock`. Unlike in Python, a negative time limit is an error, and
 * `acquire` throws after a timeout instead of returning false, because a result that must be checked is easily ignored;
 * `tryAcquire` returns null.
 */
export class Lock {
  readonly fair: boolean
  readonly #state: SharedState
  readonly #mutex: MutexAlgorithm
  readonly #held: Held

  /**
   * @throws TypeError, RangeError for bad options
   * @throws ParallelError, Error as `Region.create`, for `across: 'processes'`
   */
  constructor(options: LockOptions = {}) {
    const received = revivedHandle<LockHandle>(options)
    if (received !== undefined) {
      this.fair = received.fair
      this.#state = new SharedState(received.region)
    } else {
      checkOptionNames('Lock', options, ['across', 'fair'])
      this.fair = options.fair ?? false
      this.#state = SharedState.create(checkPrimitiveAcross(options.across), this.fair ? TICKET_MUTEX_BYTES : 8)
    }
    const { words, parties, waiter } = this.#state
    this.#mutex = this.fair
      ? new TicketMutex(words, BASE_64, parties, waiter.wake)
      : new Mutex(words, BASE, parties, waiter.wake)
    this.#held = new Held(this.#mutex)
  }

  /** Which workers can share the lock. */
  get across(): Across {
    return this.#state.region.across
  }

  /** True when the lock is held. Other workers may change it at any time. */
  get locked(): boolean {
    return this.#mutex.isHeld()
  }

  /**
   * Waits until the lock is held.
   *
   * @returns a guard that releases the lock: `using guard = await lock.acquire()`, or `guard.release()`
   * @throws {@link WaitTimeoutError} when the lock does not become free within `timeoutMs`
   * @throws {@link CancelledError} when `signal` is aborted; `cause` is its reason
   * @throws {@link InvalidStateError} when 127 other threads and processes that are alive have used the lock
   * @throws TypeError, RangeError for bad options
   */
  async acquire(options: AcquireOptions = {}): Promise<Guard> {
    checkAcquireOptions('Lock.acquire', options)
    const guard = this.tryAcquire() ?? (await driveAsync(this.#acquire(), this.#state.waiter, options))
    if (guard === null) throw waitEndedError('Lock.acquire', NOT_ACQUIRED, options)
    return guard
  }

  /**
   * As `acquire`, but blocks the thread. A thread that waits for a lock that it holds itself deadlocks, unless another
   * thread releases it.
   *
   * @throws {@link WaitTimeoutError}, TypeError, RangeError as `acquire`
   * @throws {@link InvalidStateError} as `acquire`, and on the main thread, without `allowMainThread`
   */
  acquireSync(options?: AcquireSyncOptions): Guard {
    if (options !== undefined) checkAcquireSyncOptions('Lock.acquireSync', options)
    checkMayBlock('acquireSync', 'acquire', options?.allowMainThread)
    if (this.#mutex.tryAcquire()) return this.#held.newGuard(false)
    const acquired = acquireSlowly(this.#mutex, this.#state, options?.timeoutMs)
    if (acquired === WAIT_ENDED) throw waitEndedError('Lock.acquireSync', NOT_ACQUIRED, options ?? {})
    return this.#held.newGuard(acquired === OWNER_DIED)
  }

  /** Takes the lock if it is free. It does not detect a dead owner. @returns a guard that releases the lock, or null */
  tryAcquire(): Guard | null {
    return this.#mutex.tryAcquire() ? this.#held.newGuard(false) : null
  }

  /**
   * Releases the lock, also when another thread holds it: as in Python, any thread may release it. A guard releases
   * only the hold that it was made for.
   *
   * @throws {@link InvalidStateError} when the lock is not held
   */
  release(): void {
    if (!this.#mutex.release()) throw new InvalidStateError(NOT_HELD)
  }

  /**
   * Runs `fn` while holding the lock, and releases it in any case.
   *
   * @throws as `acquire`, and what `fn` throws
   */
  async runExclusive<T>(fn: (guard: Guard) => T | PromiseLike<T>, options: AcquireOptions = {}): Promise<T> {
    checkFunction('fn', fn)
    const guard = await this.acquire(options)
    try {
      return await fn(guard)
    } finally {
      guard.release()
    }
  }

  /**
   * As `runExclusive`, but blocks the thread.
   *
   * @throws as `acquireSync`, and what `fn` throws
   * @throws TypeError when `fn` returns a promise: the lock would be free before its work is done
   */
  runExclusiveSync<T>(fn: (guard: Guard) => T, options?: AcquireSyncOptions): T {
    checkFunction('fn', fn)
    const guard = this.acquireSync(options)
    try {
      return checkSync('fn', fn(guard), 'use runExclusive, which waits for it')
    } finally {
      guard.release()
    }
  }

  /** Makes the guard in the step that acquires: another hold may begin before the caller of `acquire` continues. */
  *#acquire(): Steps<Guard | null> {
    const acquired = yield* this.#mutex.acquire()
    return acquired === WAIT_ENDED ? null : this.#held.newGuard(acquired === OWNER_DIED)
  }

  [replace](across: Across = 'threads'): LockHandle {
    const region = this.#state.sendTo(across, 'Lock', "new Lock({ across: 'processes' })")
    rememberShared(idOf(region), this)
    return { region, fair: this.fair }
  }

  static [revive](handle: LockHandle): Lock {
    return reviveShared(idOf(handle.region), () => new Lock(asRevivedHandle(handle)))
  }

  static get [origin](): Origin {
    return coreOrigin('Lock')
  }

  static {
    coreOfLock = lock => ({
      waiter: lock.#state.waiter,
      isHeldHere: () => lock.#mutex.isHeldHere(),
      suspend() {
        const { guard } = lock.#held
        lock.#mutex.release()
        return function* resume() {
          yield* acquireAnyway(lock.#mutex)
          lock.#held.guard = guard
        }
      },
    })
  }
}

/** The last hold of a lock in this thread. */
class Held {
  readonly #mutex: MutexAlgorithm
  /** Others are of earlier holds. A condition that waits releases the lock, and takes it again as the same hold. */
  guard: Guard | undefined

  constructor(mutex: MutexAlgorithm) {
    this.#mutex = mutex
  }

  newGuard(ownerDied: boolean): Guard {
    return (this.guard = new Guard(this, ownerDied))
  }

  releaseOwn(guard: Guard): boolean {
    return guard === this.guard && this.#mutex.releaseOwn()
  }
}

/** Blocks until the mutex is held. It spins first: a mutex acquired that way is released without a wake-up. */
export function acquireSlowly(
  mutex: MutexAlgorithm,
  { waiter }: SharedState,
  timeoutMs: number | undefined,
): Acquired | true {
  return (timeoutMs !== 0 && mutex.spin()) || driveSync(mutex.acquire(), waiter, timeoutMs)
}

function idOf(region: Region): string {
  return `${region.id}/lock`
}
