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
import { ACQUIRED, acquireAnyway, type Acquired, WAIT_ENDED, Mutex, OWNER_DIED } from './mutex.ts'
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
  #owner: Flow | undefined
  #depth = 0

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
    return this.#depth > 0 && this.#owner === currentFlow()
  }

  /** @throws as `Lock.acquire` */
  async acquire(options: AcquireOptions = {}): Promise<Guard> {
    checkAcquireOptions('RLock.acquire', options)
    const flow = currentFlow()
    if (this.#enterAgain(flow)) return this.#guard(flow, false)
    const acquired = await driveAsync(this.#acquire(flow), this.#state.waiter, options)
    if (acquired === WAIT_ENDED) throw waitEndedError('RLock.acquire', NOT_ACQUIRED, options)
    return this.#guard(flow, acquired === OWNER_DIED)
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
    if (this.#enterAgain(flow)) return this.#guard(flow, false)
    if (this.#depth > 0 && (options?.timeoutMs ?? Infinity) === Infinity) {
      throw new InvalidStateError('acquireSync would deadlock: other asynchronous code of this thread holds the lock')
    }
    const acquired = this.#mutex.tryAcquire() || acquireSlowly(this.#mutex, this.#state, options?.timeoutMs)
    if (acquired === WAIT_ENDED) throw waitEndedError('RLock.acquireSync', NOT_ACQUIRED, options ?? {})
    this.#enter(flow, 1)
    return this.#guard(flow, acquired === OWNER_DIED)
  }

  /** Takes the lock if it is free or held by the calling code. @returns a guard that releases the lock, or null */
  tryAcquire(): Guard | null {
    const flow = currentFlow()
    if (!this.#enterAgain(flow)) {
      if (!this.#mutex.tryAcquire()) return null
      this.#enter(flow, 1)
    }
    return this.#guard(flow, false)
  }

  /** @throws {@link InvalidStateError} unless the calling code holds the lock */
  release(): void {
    if (!this.#leave(currentFlow())) {
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

  #guard(flow: Flow, ownerDied: boolean): Guard {
    return new Guard({ releaseOwn: () => this.#leave(flow) }, ownerDied)
  }

  /** Several calls of one owner may wait: when one of them has acquired the lock, the others enter too. */
  *#acquire(flow: Flow): Steps<Acquired> {
    const steps = this.#mutex.acquire()
    let step = steps.next(false)
    while (step.done !== true) {
      step = steps.next(yield step.value)
      // Only after a step, which has marked the lock as contended: this call may be the one that its release woke.
      if (this.#enterAgain(flow)) return ACQUIRED
    }
    if (step.value !== WAIT_ENDED) this.#enter(flow, 1)
    return step.value
  }

  #enterAgain(flow: Flow): boolean {
    if (this.#depth === 0 || this.#owner !== flow) return false
    this.#depth++
    return true
  }

  #enter(flow: Flow, depth: number): void {
    this.#owner = flow
    this.#depth = depth
    heldHere.add(this)
  }

  #leave(flow: Flow): boolean {
    if (this.#depth === 0 || this.#owner !== flow) return false
    if (--this.#depth > 0) return true
    this.#owner = undefined
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
    coreOfRLock = lock => {
      const flow = currentFlow()
      return {
        waiter: lock.#state.waiter,
        isHeldHere: () => lock.owned,
        releaseAll() {
          const depth = lock.#depth
          lock.#depth = 1
          lock.#leave(flow)
          return depth
        },
        *reacquire(depth) {
          yield* acquireAnyway(lock.#mutex)
          lock.#enter(flow, depth)
        },
      }
    }
  }
}

function idOf(region: Region): string {
  return `${region.id}/rlock`
}
