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
  slot,
} from '@manyhands/base'
import type { Region } from '../region/region.ts'
import { driveAsync } from '../waiting/drive.ts'
import type { Steps } from '../waiting/steps.ts'
import { Guard } from './guard.ts'
import { acquireSlowly, type LockCore } from './lock.ts'
import { acquireAnyway, WAIT_ENDED, Mutex, OWNER_DIED } from './mutex.ts'
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
import { BASE, SharedState } from './shared-state.ts'

interface RLockHandle {
  readonly region: Region
}

const NOT_ACQUIRED = 'the lock was not acquired'

/** An asynchronous flow: all code, including awaited code, inside of one call of `runExclusive`. */
type Flow = object
/** The flow of code outside of such calls. */
const thread: Flow = {}

type FlowStorage = import('node:async_hooks').AsyncLocalStorage<Flow>

// Loaded at first use. Kept in the process-wide state, so that two copies of this package share the flows.
const flows = (): FlowStorage =>
  slot('core.flows', () => new (process.getBuiltinModule('node:async_hooks').AsyncLocalStorage)())
let ownFlows: FlowStorage | undefined
const currentFlow = (): Flow => ownFlows?.getStore() ?? thread

/** The lock as a condition uses it, on behalf of the calling code. */
export let coreOfRLock: (lock: RLock) => LockCore

/** From the first `acquire` of an owner to its last release, with the waits of conditions in between. */
interface Hold {
  readonly owner: Flow
  depth: number
  /** For its guards: releases it once. @returns false when the lock is not held as this hold any more */
  releaseOwn(): boolean
}

/** Locks that are held here. Only the object counts how often, so it must not be collected. */
const heldHere = new Set<RLock>()

/**
 * A lock that its owner can acquire again; it is free after the same number of releases. Only the owner can release it.
 *
 * The owner is a thread, as in Python. For mutual exclusion between asynchronous code of one thread use `runExclusive`:
 * each outermost call is a separate owner, together with all code that it awaits.
 *
 * When the owner dies, a waiter takes the lock over, as for a `Lock`.
 */
export class RLock {
  readonly #state: SharedState
  readonly #mutex: Mutex
  #hold: Hold | undefined

  /**
   * @throws TypeError, RangeError for bad options
   * @throws ParallelError, Error as `Region.create`, for `across: 'processes'`
   */
  constructor(options: PrimitiveOptions = {}) {
    const received = revivedHandle<RLockHandle>(options)
    if (received === undefined) checkOptionNames('RLock', options, ['across'])
    this.#state =
      received === undefined
        ? SharedState.create(checkPrimitiveAcross(options.across), 8)
        : new SharedState(received.region)
    this.#mutex = new Mutex(this.#state.words, BASE, this.#state.parties, this.#state.waiter.wake)
  }

  get across(): Across {
    return this.#state.region.across
  }

  /** True when the lock is held. */
  get locked(): boolean {
    return this.#mutex.isHeld()
  }

  /** True when the calling code holds the lock. */
  get owned(): boolean {
    return this.#hold?.owner === currentFlow()
  }

  /** @throws as `Lock.acquire` */
  async acquire(options: AcquireOptions = {}): Promise<Guard> {
    checkAcquireOptions('RLock.acquire', options)
    const flow = currentFlow()
    const guard = this.#enterAgain(flow) ?? (await driveAsync(this.#acquire(flow), this.#state.waiter, options))
    if (guard === null) throw waitEndedError('RLock.acquire', NOT_ACQUIRED, options)
    return guard
  }

  /**
   * @throws as `Lock.acquireSync`
   * @throws {@link InvalidStateError} when other asynchronous code of this thread holds the lock and there is no time
   * limit: that code could never release it
   */
  acquireSync(options?: AcquireSyncOptions): Guard {
    if (options !== undefined) checkAcquireSyncOptions('RLock.acquireSync', options)
    checkMayBlock('acquireSync', 'acquire', options?.allowMainThread)
    const flow = currentFlow()
    const again = this.#enterAgain(flow)
    if (again !== null) return again
    if (this.#hold !== undefined && (options?.timeoutMs ?? Infinity) === Infinity) {
      throw new InvalidStateError('acquireSync would deadlock: other asynchronous code of this thread holds the lock')
    }
    const acquired = this.#mutex.tryAcquire() || acquireSlowly(this.#mutex, this.#state, options?.timeoutMs)
    if (acquired === WAIT_ENDED) throw waitEndedError('RLock.acquireSync', NOT_ACQUIRED, options ?? {})
    return this.#enter(flow, acquired === OWNER_DIED)
  }

  /** Takes the lock if it is free or held by the calling code. @returns a guard that releases the lock, or null */
  tryAcquire(): Guard | null {
    const flow = currentFlow()
    return this.#enterAgain(flow) ?? (this.#mutex.tryAcquire() ? this.#enter(flow, false) : null)
  }

  /** @throws {@link InvalidStateError} unless the calling code holds the lock */
  release(): void {
    if (!this.owned || this.#hold?.releaseOwn() !== true) {
      throw new InvalidStateError('the lock is not held here: only its owner can release it')
    }
  }

  /**
   * Runs `fn` while holding the lock, as one owner, and releases it in any case.
   *
   * @throws as `acquire`, and what `fn` throws
   */
  async runExclusive<T>(fn: (guard: Guard) => T | PromiseLike<T>, options: AcquireOptions = {}): Promise<T> {
    checkFunction('fn', fn)
    ownFlows ??= flows()
    return ownFlows.run(ownFlows.getStore() ?? {}, async () => {
      const guard = await this.acquire(options)
      try {
        return await fn(guard)
      } finally {
        guard.release()
      }
    })
  }

  /** @throws as `acquireSync`, what `fn` throws, and TypeError when `fn` returns a promise */
  runExclusiveSync<T>(fn: (guard: Guard) => T, options?: AcquireSyncOptions): T {
    checkFunction('fn', fn)
    const guard = this.acquireSync(options)
    try {
      return checkSync('fn', fn(guard), 'use runExclusive, which waits for it')
    } finally {
      guard.release()
    }
  }

  /** Several calls of one owner may wait: when one of them has acquired the lock, the others enter too. */
  *#acquire(flow: Flow): Steps<Guard | null> {
    const steps = this.#mutex.acquire()
    let step = steps.next(false)
    while (step.done !== true) {
      step = steps.next(yield step.value)
      // Only after a step, which has marked the lock as contended: this call may be the one that its release woke.
      const again = this.#enterAgain(flow)
      if (again !== null) return again
    }
    return step.value === WAIT_ENDED ? null : this.#enter(flow, step.value === OWNER_DIED)
  }

  #enterAgain(flow: Flow): Guard | null {
    const hold = this.#hold
    if (hold?.owner !== flow) return null
    hold.depth++
    return new Guard(hold, false)
  }

  #enter(owner: Flow, ownerDied: boolean): Guard {
    const hold: Hold = { owner, depth: 1, releaseOwn: () => this.#hold === hold && this.#leave(hold) }
    this.#begin(hold)
    return new Guard(hold, ownerDied)
  }

  #begin(hold: Hold): void {
    this.#hold = hold
    heldHere.add(this)
  }

  #leave(hold: Hold): boolean {
    return --hold.depth > 0 || this.#end()
  }

  #end(): boolean {
    this.#hold = undefined
    heldHere.delete(this)
    return this.#mutex.releaseOwn()
  }

  [replace](across: Across = 'threads'): RLockHandle {
    const region = this.#state.sendTo(across, 'RLock', "new RLock({ across: 'processes' })")
    rememberShared(idOf(region), this)
    return { region }
  }

  static [revive](handle: RLockHandle): RLock {
    return reviveShared(idOf(handle.region), () => new RLock(asRevivedHandle(handle)))
  }

  static get [origin](): Origin {
    return coreOrigin('RLock')
  }

  static {
    coreOfRLock = lock => ({
      waiter: lock.#state.waiter,
      isHeldHere: () => lock.owned,
      suspend() {
        const hold = lock.#hold as Hold
        lock.#end()
        return function* resume() {
          yield* acquireAnyway(lock.#mutex)
          lock.#begin(hold)
        }
      },
    })
  }
}

function idOf(region: Region): string {
  return `${region.id}/rlock`
}
