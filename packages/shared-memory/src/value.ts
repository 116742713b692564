import {
  type Across,
  checkOptionNames,
  describeValue,
  InvalidStateError,
  origin,
  type Origin,
  rememberShared,
  replace,
  revive,
  reviveShared,
} from '@manyhands/base'
import { Lock, Region, RLock } from '@manyhands/core'
import { type AcrossOption, checkAcross } from './across.ts'
import { atomics, checkAtomic, loadElement } from './atomics.ts'
import {
  type AtomicDtype,
  bytesPerElement,
  checkDtype,
  type DataOf,
  type Dtype,
  type ElementOf,
  isAtomic,
  isBig,
  viewOf,
} from './dtype.ts'
import { memoryOrigin } from './memory-origin.ts'

export interface ValueOptions {
  /**
   * Which workers can share the memory: `'threads'`, `'processes'` (and threads), or `'auto'`, processes where this
   * machine can.
   * @default 'auto'
   */
  readonly across?: AcrossOption | undefined
  /**
   * What `value.lock` is: `true` for a recursive lock of its own, a lock that several values may have in common, or
   * `false` for none. Reads and writes never take it by themselves. @default true
   */
  readonly lock?: boolean | Lock | RLock | undefined
}

interface ValueHandle<D extends Dtype> {
  readonly region: Region
  readonly dtype: D
  readonly lock: Lock | RLock | undefined
}

/**
 * One number that several workers see, threads and processes. It travels to them by handle.
 *
 * Integers are read and written atomically, and `add`, `sub`, `and`, `or`, `xor`, `exchange` and `compareExchange`
 * change them in one step. Any other read-modify-write, and all of a float
 * (`best.value = Math.max(best.value, score)`), needs a lock around it: `best.lock.runExclusive(() => …)`.
 *
 * ```ts
 * const finished = new Value('i32', 0)
 * finished.add(1) // 0, the value before
 * finished.value // 1
 * ```
 *
 * Source of the semantics: Python, `multiprocessing.Value`; with `{ lock: false }` its `RawValue`.
 */
export class Value<D extends Dtype = Dtype> implements Disposable {
  readonly dtype: D
  readonly #region: Region
  readonly #cell: DataOf<D>
  readonly #atomic: boolean
  /** Its own one is made when it is first asked for, or when the value is sent: most values need none. */
  #lock: Lock | RLock | boolean
  #known = false

  /**
   * @param value - to start with. @default 0
   * @throws TypeError for an unknown dtype or option, or a value that is not a number (a bigint for i64 and u64)
   * @throws RangeError for an unknown `across`
   * @throws ParallelError (`ERR_MANYHANDS_NO_SHARED_MEMORY`) for `across: 'processes'` where this machine cannot share
   * memory; the error names what to install
   */
  constructor(dtype: D, value?: ElementOf<D>, options?: ValueOptions)
  constructor(dtype: D, value?: ElementOf<D>, options: ValueOptions = {}, region?: Region) {
    checkDtype('Value', dtype)
    checkOptionNames('Value', options, ['across', 'lock'])
    this.#lock = checkLock(options.lock)
    this.dtype = dtype
    this.#atomic = isAtomic(dtype)
    this.#region = region ?? Region.create(bytesPerElement(dtype), { across: checkAcross('Value', options.across) })
    this.#cell = viewOf(dtype, this.#region.buffer, 0, 1)
    if (value !== undefined) this.value = value
  }

  /**
   * Reads or writes the number; it is converted as typed arrays convert (300 becomes 44 in a `u8`).
   *
   * @throws TypeError when what is written is not a number (a bigint for i64 and u64)
   * @throws InvalidStateError when the memory was closed
   */
  get value(): ElementOf<D> {
    this.#assertOpen()
    return loadElement(this.#cell, 0, this.#atomic)
  }

  set value(value: ElementOf<D>) {
    const checked = this.#check(value)
    this.#assertOpen()
    if (this.#atomic) atomics.store(this.#cell, 0, checked)
    else this.#cell[0] = checked
  }

  /** Which workers can share the memory. */
  get across(): Across {
    return this.#region.across
  }

  /**
   * The lock that goes with it, wherever it goes.
   *
   * @throws InvalidStateError when it was made with `{ lock: false }`
   * @throws as the constructor of `RLock`, when its own one is made
   */
  get lock(): Lock | RLock {
    if (this.#lock === false) throw new InvalidStateError('this Value has no lock: it was made with { lock: false }')
    if (this.#lock === true) this.#lock = new RLock({ across: this.across })
    return this.#lock
  }

  /**
   * Gives the memory back now, as far as this thread is concerned: the value cannot be used here any more. Calling it
   * again does nothing.
   */
  close(): void {
    this.#region.close()
  }

  [Symbol.dispose](): void {
    this.close()
  }

  /**
   * Adds in one step, wrapping around at the ends of the type.
   *
   * @returns the value before
   * @throws TypeError for a float or `u8c`, or an amount that is not a number (a bigint for i64 and u64)
   */
  add(this: Value<AtomicDtype & D>, amount: ElementOf<D>): ElementOf<D> {
    return atomics.add(this.#integer('add'), 0, this.#check(amount))
  }

  /**
   * Subtracts in one step, wrapping around at the ends of the type.
   *
   * @returns the value before
   * @throws TypeError as {@link Value.add}
   */
  sub(this: Value<AtomicDtype & D>, amount: ElementOf<D>): ElementOf<D> {
    return atomics.sub(this.#integer('sub'), 0, this.#check(amount))
  }

  /** Keeps the bits of `mask` in one step. @returns the value before @throws TypeError as {@link Value.add} */
  and(this: Value<AtomicDtype & D>, mask: ElementOf<D>): ElementOf<D> {
    return atomics.and(this.#integer('and'), 0, this.#check(mask))
  }

  /** Sets the bits of `mask` in one step. @returns the value before @throws TypeError as {@link Value.add} */
  or(this: Value<AtomicDtype & D>, mask: ElementOf<D>): ElementOf<D> {
    return atomics.or(this.#integer('or'), 0, this.#check(mask))
  }

  /** Flips the bits of `mask` in one step. @returns the value before @throws TypeError as {@link Value.add} */
  xor(this: Value<AtomicDtype & D>, mask: ElementOf<D>): ElementOf<D> {
    return atomics.xor(this.#integer('xor'), 0, this.#check(mask))
  }

  /**
   * Writes `value` and reads what was there, in one step.
   *
   * @returns the value before
   * @throws TypeError as {@link Value.add}
   */
  exchange(this: Value<AtomicDtype & D>, value: ElementOf<D>): ElementOf<D> {
    return atomics.exchange(this.#integer('exchange'), 0, this.#check(value))
  }

  /**
   * Writes `replacement` only if the value is `expected`, in one step.
   *
   * @returns the value before: `expected` when it was written, else what is there
   * @throws TypeError as {@link Value.add}
   */
  compareExchange(this: Value<AtomicDtype & D>, expected: ElementOf<D>, replacement: ElementOf<D>): ElementOf<D> {
    return atomics.compareExchange(this.#integer('compareExchange'), 0, this.#check(expected), this.#check(replacement))
  }

  #check(value: unknown): ElementOf<D> {
    const expected = isBig(this.dtype) ? 'bigint' : 'number'
    if (typeof value !== expected) {
      throw new TypeError(`a Value of dtype ${this.dtype} takes a ${expected}, got ${describeValue(value)}`)
    }
    return value as ElementOf<D>
  }

  #assertOpen(): void {
    if (this.#region.closed) throw new InvalidStateError('the memory of this Value was closed')
  }

  #integer(method: string): DataOf<D> {
    checkAtomic(`Value.${method}`, this.dtype)
    this.#assertOpen()
    return this.#cell
  }

  [replace](): ValueHandle<D> {
    const handle = { region: this.#region, dtype: this.dtype, lock: this.#lock === false ? undefined : this.lock }
    if (!this.#known) rememberShared(idOf(handle), this)
    this.#known = true
    return handle
  }

  static [revive]<D extends Dtype>(handle: ValueHandle<D>): Value<D> {
    const make = (): Value<D> => {
      const value = new (Value as RegionValue)(handle.dtype, undefined, { lock: handle.lock ?? false }, handle.region)
      value.#known = true
      return value
    }
    return reviveShared(idOf(handle), make, live => !live.#region.closed)
  }

  static get [origin](): Origin {
    return memoryOrigin('mh:value', 'Value')
  }
}

/** The constructor as `[revive]` calls it. */
type RegionValue = new <D extends Dtype>(dtype: D, value: undefined, options: ValueOptions, region: Region) => Value<D>

function checkLock(lock: unknown): Lock | RLock | boolean {
  if (lock === undefined) return true
  if (typeof lock === 'boolean' || lock instanceof Lock || lock instanceof RLock) return lock
  throw new TypeError(`Value: lock must be a boolean, a Lock or an RLock, got ${describeValue(lock)}`)
}

function idOf({ region }: { readonly region: Region }): string {
  return `${region.id}/value`
}
