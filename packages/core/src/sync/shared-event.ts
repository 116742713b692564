import {
  abortedError,
  type Across,
  checkMayBlock,
  checkOptionNames,
  coreOrigin,
  origin,
  type Origin,
  rememberShared,
  replace,
  revive,
  reviveShared,
} from '@manyhands/base'
import type { Region } from '../region/region.ts'
import { driveAsync, driveSync } from '../waiting/drive.ts'
import { Flag } from './flag.ts'
import {
  type AcquireOptions,
  type AcquireSyncOptions,
  checkAcquireOptions,
  checkAcquireSyncOptions,
  checkPrimitiveAcross,
  type PrimitiveOptions,
} from './options.ts'
import { asRevivedHandle, revivedHandle } from './revived-handle.ts'
import { BASE, SharedState } from './shared-state.ts'

interface EventHandle {
  readonly region: Region
}

/**
 * A flag shared by threads, or by threads and processes, with a wait until it is set.
 *
 * A `set` ends all current waits, even if the flag is cleared immediately afterwards.
 *
 * Source of the semantics: Python, `multiprocessing.Event`.
 */
export class SharedEvent {
  readonly #state: SharedState
  readonly #flag: Flag

  /**
   * @throws TypeError, RangeError for bad options
   * @throws ParallelError, Error as `Region.create`, for `across: 'processes'`
   */
  constructor(options: PrimitiveOptions = {}) {
    const received = revivedHandle<EventHandle>(options)
    if (received === undefined) checkOptionNames('SharedEvent', options, ['across'])
    this.#state =
      received === undefined
        ? SharedState.create(checkPrimitiveAcross(options.across), 8)
        : new SharedState(received.region)
    this.#flag = new Flag(this.#state.words, BASE, this.#state.waiter.wake)
  }

  get across(): Across {
    return this.#state.region.across
  }

  get isSet(): boolean {
    return this.#flag.isSet
  }

  /** Sets the flag and wakes all waiters. */
  set(): void {
    this.#flag.set()
  }

  clear(): void {
    this.#flag.clear()
  }

  /**
   * Waits until the flag is set.
   *
   * @returns true; false when the flag was not set within `timeoutMs`
   * @throws {@link CancelledError} when `signal` is aborted
   * @throws TypeError, RangeError for bad options
   */
  async wait(options: AcquireOptions = {}): Promise<boolean> {
    checkAcquireOptions('SharedEvent.wait', options)
    const isSet = await driveAsync(this.#flag.wait(), this.#state.waiter, options)
    if (!isSet && options.signal?.aborted === true) throw abortedError('SharedEvent.wait', options.signal.reason)
    return isSet
  }

  /**
   * As `wait`, but blocks the thread.
   *
   * @throws {@link InvalidStateError} on the main thread, without `allowMainThread`
   * @throws TypeError, RangeError for bad options
   */
  waitSync(options?: AcquireSyncOptions): boolean {
    if (options !== undefined) checkAcquireSyncOptions('SharedEvent.waitSync', options)
    checkMayBlock('waitSync', 'wait', options?.allowMainThread)
    return driveSync(this.#flag.wait(), this.#state.waiter, options?.timeoutMs)
  }

  [replace](across: Across = 'threads'): EventHandle {
    const region = this.#state.sendTo(across, 'SharedEvent', "new SharedEvent({ across: 'processes' })")
    rememberShared(idOf(region), this)
    return { region }
  }

  static [revive](handle: EventHandle): SharedEvent {
    return reviveShared(idOf(handle.region), () => new SharedEvent(asRevivedHandle(handle)))
  }

  static get [origin](): Origin {
    return coreOrigin('SharedEvent')
  }
}

function idOf(region: Region): string {
  return `${region.id}/event`
}
