import {
  abortedError,
  type Across,
  BrokenBarrierError,
  checkDuration,
  checkFunction,
  checkInteger,
  checkMayBlock,
  checkOptionNames,
  checkSync,
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
import { Mutex } from './mutex.ts'
import {
  type AcquireOptions,
  type AcquireSyncOptions,
  checkAcquireOptions,
  checkAcquireSyncOptions,
  checkPrimitiveAcross,
  type PrimitiveOptions,
} from './options.ts'
import { type Passage, Phases, PHASES_WORDS } from './phases.ts'
import { asRevivedHandle, revivedHandle } from './revived-handle.ts'
import { BASE, SharedState } from './shared-state.ts'

export interface BarrierOptions extends PrimitiveOptions {
  /**
   * Runs in the last party to arrive, before any party continues. If it fails, the barrier is broken, and the `wait` of
   * that party throws its error. It may be asynchronous if all parties wait asynchronously; in `waitSync` a promise is
   * a TypeError.
   * @default nothing
   */
  readonly action?: (() => unknown) | undefined
  /** Milliseconds, for each `wait` without its own time limit. @default no limit */
  readonly timeoutMs?: number | undefined
}

interface BarrierHandle {
  readonly region: Region
  readonly parties: number
  readonly action: (() => unknown) | undefined
  readonly timeoutMs: number | undefined
}

/** The words of the phases follow the word of the mutex. */
const PHASES = BASE + 2

/**
 * Lets a fixed number of parties wait for each other: no party passes before all have arrived. After that, the barrier
 * can be used again.
 *
 * Source of the semantics: Python, `threading.Barrier`. In addition, a party that dies while it runs the action breaks
 * the barrier instead of blocking the others indefinitely.
 */
export class Barrier {
  /** The number of parties. */
  readonly parties: number
  readonly #action: (() => unknown) | undefined
  readonly #timeoutMs: number | undefined
  readonly #state: SharedState
  readonly #phases: Phases

  /**
   * @param parties - an integer >= 1
   * @throws TypeError, RangeError for bad options
   * @throws ParallelError, Error as `Region.create`, for `across: 'processes'`
   */
  constructor(parties: number, options: BarrierOptions = {}) {
    const received = revivedHandle<BarrierHandle>(options)
    if (received === undefined) {
      checkInteger('parties', parties ?? null, 1)
      checkOptionNames('Barrier', options, ['across', 'action', 'timeoutMs'], { timeout: 'timeoutMs' })
      if (options.action !== undefined) checkFunction('action', options.action)
      checkDuration('timeoutMs', options.timeoutMs, { zero: true })
    }
    this.parties = received?.parties ?? parties
    this.#action = received?.action ?? options.action
    this.#timeoutMs = received?.timeoutMs ?? options.timeoutMs
    this.#state =
      received === undefined
        ? SharedState.create(checkPrimitiveAcross(options.across), 8 + PHASES_WORDS * 4)
        : new SharedState(received.region)
    const { words, parties: table, waiter } = this.#state
    this.#phases = new Phases(words, PHASES, new Mutex(words, BASE, table, waiter.wake), waiter.wake)
  }

  get across(): Across {
    return this.#state.region.across
  }

  /** The number of parties that are waiting. */
  get waiting(): number {
    return this.#phases.waiting
  }

  /** True after the barrier was broken, until it is reset. */
  get broken(): boolean {
    return this.#phases.broken
  }

  /**
   * Waits until all parties have arrived.
   *
   * @returns the number of parties that arrived before this one: 0 to parties - 1, each once
   * @throws {@link BrokenBarrierError} when the barrier is broken, or breaks: the wait of any party (including this
   * one) timed out, the barrier was aborted or reset, its action failed, or a party died in it
   * @throws {@link CancelledError} when `signal` is aborted; the barrier is broken then
   * @throws TypeError, RangeError for bad options
   */
  async wait(options: AcquireOptions = {}): Promise<number> {
    checkAcquireOptions('Barrier.wait', options)
    const { timeoutMs = this.#timeoutMs, signal } = options
    const passage = await driveAsync(this.#phases.wait(this.parties), this.#state.waiter, { timeoutMs, signal })
    if (typeof passage !== 'object' || !passage.last) return outcome(passage, signal)
    try {
      await this.#action?.()
    } catch (error) {
      this.#phases.fail()
      throw error
    }
    this.#phases.complete()
    return passage.index
  }

  /**
   * As `wait`, but blocks the thread.
   * @throws as `wait`, and {@link InvalidStateError} on the main thread, without `allowMainThread`
   */
  waitSync(options: AcquireSyncOptions = {}): number {
    checkAcquireSyncOptions('Barrier.waitSync', options)
    checkMayBlock('waitSync', 'wait', options.allowMainThread)
    const passage = driveSync(this.#phases.wait(this.parties), this.#state.waiter, options.timeoutMs ?? this.#timeoutMs)
    if (typeof passage !== 'object' || !passage.last) return outcome(passage, undefined)
    try {
      checkSync('action', this.#action?.(), 'all parties have to use wait, not waitSync')
    } catch (error) {
      this.#phases.fail()
      throw error
    }
    this.#phases.complete()
    return passage.index
  }

  /**
   * Breaks the barrier: all current waits, and all later waits until it is reset, throw a {@link BrokenBarrierError}.
   * Resolves once the barrier is broken.
   */
  async abort(): Promise<void> {
    await driveAsync(this.#phases.abort(), this.#state.waiter, {})
  }

  /**
   * As `abort`, but blocks the thread while the state of the barrier is in use.
   * @throws as `waitSync` on the main thread
   */
  abortSync(options: Pick<AcquireSyncOptions, 'allowMainThread'> = {}): void {
    checkOptionNames('Barrier.abortSync', options, ['allowMainThread'])
    checkMayBlock('abortSync', 'abort', options.allowMainThread)
    driveSync(this.#phases.abort(), this.#state.waiter, undefined)
  }

  /**
   * Resets the barrier: all current waits throw a {@link BrokenBarrierError}, and the barrier is as new. Resolves once
   * it is reset.
   */
  async reset(): Promise<void> {
    await driveAsync(this.#phases.reset(), this.#state.waiter, {})
  }

  /**
   * As `reset`, but blocks the thread while the state of the barrier is in use.
   * @throws as `waitSync` on the main thread
   */
  resetSync(options: Pick<AcquireSyncOptions, 'allowMainThread'> = {}): void {
    checkOptionNames('Barrier.resetSync', options, ['allowMainThread'])
    checkMayBlock('resetSync', 'reset', options.allowMainThread)
    driveSync(this.#phases.reset(), this.#state.waiter, undefined)
  }

  [replace](across: Across = 'threads'): BarrierHandle {
    const region = this.#state.sendTo(across, 'Barrier', "new Barrier(parties, { across: 'processes' })")
    rememberShared(idOf(region), this)
    return { region, parties: this.parties, action: this.#action, timeoutMs: this.#timeoutMs }
  }

  static [revive](handle: BarrierHandle): Barrier {
    return reviveShared(idOf(handle.region), () => new Barrier(handle.parties, asRevivedHandle(handle)))
  }

  static get [origin](): Origin {
    return coreOrigin('Barrier')
  }
}

function outcome(passage: Passage, signal: AbortSignal | undefined): number {
  if (typeof passage === 'object') return passage.index
  if (passage === 'gave-up' && signal?.aborted === true) throw abortedError('Barrier.wait', signal.reason)
  throw new BrokenBarrierError(
    passage === 'gave-up'
      ? 'the barrier is broken: not all parties arrived in time'
      : 'the barrier is broken: reset() makes it usable again',
  )
}

function idOf(region: Region): string {
  return `${region.id}/barrier`
}
