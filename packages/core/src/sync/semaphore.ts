import {
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
} from '@manyhands/base'
import type { Region } from '../region/region.ts'
import { driveAsync, driveSync } from '../waiting/drive.ts'
import { Guard } from './guard.ts'
import {
  type AcquireOptions,
  type AcquireSyncOptions,
  checkAcquireOptions,
  checkAcquireSyncOptions,
  checkPrimitiveAcross,
  waitEndedError,
  type PrimitiveOptions,
} from './options.ts'
import { Permits } from './permits.ts'
import { asRevivedHandle, revivedHandle } from './revived-handle.ts'
import { BASE, SharedState } from './shared-state.ts'

interface SemaphoreHandle {
  readonly region: Region
  readonly most: number
}

const NO_PERMIT = 'no permit was free'
const MOST = 2 ** 31 - 1

/**
 * A number of permits shared by threads, or by threads and processes: `acquire` waits for a permit and takes it, and
 * `release` returns one.
 *
 * Permits have no owner: any worker may release a permit that another worker acquired, and the permits of a killed
 * process are lost. Waiters are not served in order.
 *
 * Source of the semantics: Python, `multiprocessing.Semaphore`; `acquire` with a time limit throws instead of returning
 * false, for the reason given at `Lock`.
 */
export class Semaphore {
  readonly #state: SharedState
  readonly #permits: Permits
  readonly #most: number

  /**
   * @param permits - number of permits that are free initially. @default 1
   * @throws TypeError, RangeError for bad options, or `permits` that is not an integer >= 0
   * @throws ParallelError, Error as `Region.create`, for `across: 'processes'`
   */
  constructor(permits?: number, options?: PrimitiveOptions)
  constructor(permits: number | object = 1, options: PrimitiveOptions = {}) {
    const received =
      typeof permits === 'object' && permits !== null ? revivedHandle<SemaphoreHandle>(permits) : undefined
    if (received !== undefined) {
      this.#state = new SharedState(received.region)
      this.#most = received.most
    } else {
      if (typeof permits !== 'number') {
        throw new TypeError(`permits must be an integer >= 0, got ${describeValue(permits)}`)
      }
      checkInteger('permits', permits, 0)
      if (permits > MOST) throw new RangeError(`permits must be at most ${MOST}, got ${permits}`)
      checkOptionNames(new.target.name, options, ['across'])
      this.#state = SharedState.create(checkPrimitiveAcross(options.across), 8)
      this.#state.words.store(BASE, permits)
      this.#most = this instanceof BoundedSemaphore ? permits : MOST
    }
    this.#permits = new Permits(this.#state.words, BASE, this.#state.waiter.wake)
  }

  get across(): Across {
    return this.#state.region.across
  }

  /** The number of free permits. Other workers may change it at any time. */
  get value(): number {
    return this.#permits.count
  }

  /**
   * Waits for a permit and takes it.
   *
   * @returns a guard that releases the permit: `using permit = await semaphore.acquire()`
   * @throws {@link WaitTimeoutError}, {@link CancelledError}, TypeError, RangeError as `Lock.acquire`
   */
  async acquire(options: AcquireOptions = {}): Promise<Guard> {
    checkAcquireOptions('Semaphore.acquire', options)
    if (!this.#permits.tryAcquire() && !(await driveAsync(this.#permits.acquire(), this.#state.waiter, options))) {
      throw waitEndedError('Semaphore.acquire', NO_PERMIT, options)
    }
    return this.#guard()
  }

  /** As `acquire`, but blocks the thread. @throws as `Lock.acquireSync` */
  acquireSync(options?: AcquireSyncOptions): Guard {
    if (options !== undefined) checkAcquireSyncOptions('Semaphore.acquireSync', options)
    checkMayBlock('acquireSync', 'acquire', options?.allowMainThread)
    if (!this.#permits.tryAcquire() && !driveSync(this.#permits.acquire(), this.#state.waiter, options?.timeoutMs)) {
      throw waitEndedError('Semaphore.acquireSync', NO_PERMIT, options ?? {})
    }
    return this.#guard()
  }

  /** Takes a permit if one is free. @returns a guard that releases the permit, or null */
  tryAcquire(): Guard | null {
    return this.#permits.tryAcquire() ? this.#guard() : null
  }

  /**
   * Releases permits, possibly more than were acquired (see `BoundedSemaphore`).
   *
   * @param permits - @default 1
   * @throws RangeError, TypeError unless `permits` is an integer >= 1
   * @throws {@link InvalidStateError} when there would be more than 2^31 - 1; the semaphore is unchanged then
   */
  release(permits = 1): void {
    checkInteger('permits', permits, 1)
    if (!this.#permits.release(permits, this.#most)) {
      throw new InvalidStateError(
        this.#most === MOST
          ? `a semaphore has at most ${MOST} permits`
          : `the semaphore was released more often than acquired: it has ${this.#most} permits`,
      )
    }
  }

  /**
   * Runs `fn` while holding a permit, and releases it in any case.
   * @throws as `acquire`, and what `fn` throws
   */
  async runExclusive<T>(fn: () => T | PromiseLike<T>, options: AcquireOptions = {}): Promise<T> {
    checkFunction('fn', fn)
    const guard = await this.acquire(options)
    try {
      return await fn()
    } finally {
      guard.release()
    }
  }

  /**
   * As `runExclusive`, but blocks the thread.
   * @throws as `acquireSync`, what `fn` throws, and TypeError when `fn` returns a promise
   */
  runExclusiveSync<T>(fn: () => T, options?: AcquireSyncOptions): T {
    checkFunction('fn', fn)
    const guard = this.acquireSync(options)
    try {
      return checkSync('fn', fn(), 'use runExclusive, which waits for it')
    } finally {
      guard.release()
    }
  }

  #guard(): Guard {
    return new Guard(this, false)
  }

  /** @internal */
  releaseOwn(): boolean {
    return this.#permits.release(1, this.#most)
  }

  [replace](across: Across = 'threads'): SemaphoreHandle {
    const { name } = this.constructor
    const region = this.#state.sendTo(across, name, `new ${name}(permits, { across: 'processes' })`)
    rememberShared(idOf(region), this)
    return { region, most: this.#most }
  }

  static [revive](handle: SemaphoreHandle): Semaphore {
    return reviveShared(idOf(handle.region), () => new this(asRevivedHandle(handle) as never))
  }

  static get [origin](): Origin {
    return coreOrigin('Semaphore')
  }
}

/**
 * A semaphore that throws when it is released more often than acquired, a mistake that would otherwise be noticed late.
 *
 * Source of the semantics: Python, `multiprocessing.BoundedSemaphore`.
 */
export class BoundedSemaphore extends Semaphore {
  static override get [origin](): Origin {
    return coreOrigin('BoundedSemaphore')
  }
}

function idOf(region: Region): string {
  return `${region.id}/semaphore`
}
