import { origin, Region, rememberShared, replace, revive, reviveShared } from '@manyhands/core'
import type { Origin } from '@manyhands/core'
import { checkOptionNames, describeValue } from '@manyhands/core/options'
import { checkAcross } from './across.ts'
import type { AcrossOption } from './across.ts'
import { atomics, checkAtomic, loadElement } from './atomics.ts'
import { bytesPerElement, checkDtype, isAtomic, isBig, viewOf } from './dtype.ts'
import type { AtomicDtype, DataOf, Dtype, ElementOf } from './dtype.ts'

export interface ValueOptions {
  /**
   * Who can share the memory: `'threads'`, `'processes'` (and threads), or `'auto'`, processes where this machine can.
   * @default 'auto'
   */
  readonly across?: AcrossOption | undefined
}

interface ValueHandle<D extends Dtype> {
  readonly region: Region
  readonly dtype: D
}

/**
 * One number that several workers see, threads and processes. It travels to them by handle.
 *
 * Integers are read and written atomically, and `add`, `sub`, `exchange` and `compareExchange` change them in one step. Floats are read and written
 * plainly: a read-modify-write of a float (`best.value = Math.max(best.value, score)`) needs a lock around it.
 *
 * ```ts
 * const finished = new Value('i32', 0)
 * finished.add(1) // 0, the value before
 * finished.value // 1
 * ```
 */
export class Value<D extends Dtype = Dtype> {
  readonly dtype: D
  readonly #region: Region
  readonly #cell: DataOf<D>
  readonly #atomic: boolean
  #known = false

  /**
   * @param value - to start with. @default 0
   * @throws TypeError for an unknown dtype or option, or a value that is not a number (a bigint for i64 and u64)
   * @throws RangeError for an unknown `across`
   * @throws ParallelError (`ERR_MANYHANDS_NO_SHARED_MEMORY`) for `across: 'processes'` where this machine cannot share memory; it says what to install
   */
  constructor(dtype: D, value?: ElementOf<D>, options?: ValueOptions)
  constructor(dtype: D, value?: ElementOf<D>, options: ValueOptions = {}, region?: Region) {
    checkDtype('Value', dtype)
    checkOptionNames('Value', options, ['across'])
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
   */
  get value(): ElementOf<D> {
    return loadElement(this.#cell, 0, this.#atomic)
  }

  set value(value: ElementOf<D>) {
    const checked = this.#check(value)
    if (this.#atomic) atomics.store(this.#cell, 0, checked)
    else this.#cell[0] = checked
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
    if (typeof value !== expected) throw new TypeError(`a Value of dtype ${this.dtype} takes a ${expected}, got ${describeValue(value)}`)
    return value as ElementOf<D>
  }

  #integer(method: string): DataOf<D> {
    checkAtomic(`Value.${method}`, this.dtype)
    return this.#cell
  }

  [replace](): ValueHandle<D> {
    const handle = { region: this.#region, dtype: this.dtype }
    if (!this.#known) rememberShared(idOf(handle), this)
    this.#known = true
    return handle
  }

  static [revive]<D extends Dtype>(handle: ValueHandle<D>): Value<D> {
    return reviveShared(idOf(handle), () => {
      const value = new (Value as RegionValue)(handle.dtype, undefined, undefined, handle.region)
      value.#known = true
      return value
    })
  }

  static get [origin](): Origin {
    return { tag: 'mh:value', module: import.meta.url, name: 'Value' }
  }
}

/** The constructor as `[revive]` calls it. */
type RegionValue = new <D extends Dtype>(dtype: D, value: undefined, options: undefined, region: Region) => Value<D>

function idOf({ region }: ValueHandle<Dtype>): string {
  return `${region.id}/value`
}
