import {
  type Across,
  checkOptionNames,
  origin,
  type Origin,
  rememberShared,
  replace,
  revive,
  reviveShared,
} from '@manyhands/base'
import { Region } from '@manyhands/core'
import { checkAcross } from './across.ts'
import { type ArrayHandle, closed, idOf, type SharedArrayFromOptions, type SharedArrayOptions } from './array-handle.ts'
import { atomics, checkAtomic } from './atomics.ts'
import {
  type AtomicDtype,
  bytesPerElement,
  checkDtype,
  checkElement,
  type DataOf,
  type Dtype,
  type ElementOf,
  viewOf,
} from './dtype.ts'
import { nested, type NestedArray } from './nested-array.ts'
import { planFrom } from './plan-from.ts'
import { checkRange, offsetOf, type Shape, sizeOf, toShape } from './shape.ts'
import { type Elements, fillFrom, type Source, type SourceDtype } from './source.ts'

/**
 * An n-dimensional typed array whose memory several workers see, threads and processes.
 *
 * It travels to workers by handle, whatever its size: they read and write the same elements. The order is row-major.
 * Elements start as zero. Plain reads and writes of several threads are not ordered: let each task write elements of
 * its own, or use `Atomics` on `data`.
 *
 * ```ts
 * const X = SharedArray.f64([5620, 64])
 * X.set(0.5, 3, 7)
 * X.row(3)[7] // 0.5
 * ```
 */
export class SharedArray<D extends Dtype = Dtype> implements Disposable {
  readonly dtype: D
  readonly shape: Shape
  /** All elements of this array in row-major order: a view, not a copy. Empty once the memory was closed here. */
  readonly data: DataOf<D>
  readonly #region: Region
  #known = false

  private constructor(handle: ArrayHandle<D>) {
    this.#region = handle.region
    this.dtype = handle.dtype
    this.shape = Object.freeze(handle.shape)
    this.data = viewOf(handle.dtype, handle.region.buffer, handle.byteOffset, sizeOf(handle.shape))
  }

  /**
   * An array of zeros.
   *
   * @param shape - how many elements along each axis; a number for one axis
   * @throws TypeError for an unknown dtype or option, or what is not a shape
   * @throws RangeError for an extent that is not an integer >= 0, an unknown `across`, or when memory is exhausted
   * @throws ParallelError (`ERR_MANYHANDS_NO_SHARED_MEMORY`) for `across: 'processes'` where this machine cannot share
   * memory; it says what to install
   * @throws Error with `code` ENOSPC when shared memory is full
   */
  static create<D extends Dtype>(dtype: D, shape: number | Shape, options: SharedArrayOptions = {}): SharedArray<D> {
    checkDtype('SharedArray', dtype)
    const where = `SharedArray.${dtype}`
    checkOptionNames(where, options, ['across'])
    const across = checkAcross(where, options.across)
    const extents = toShape(where, shape)
    return new SharedArray({
      region: Region.create(sizeOf(extents) * bytesPerElement(dtype), { across }),
      dtype,
      shape: extents,
      byteOffset: 0,
    })
  }

  /**
   * A shared copy of `source`: an array or typed array, or arrays nested to any depth.
   *
   * Values are converted as typed arrays convert them (300 becomes 44 in a `u8`).
   *
   * @param options.shape - another shape for the same elements; they are taken in order
   * @throws TypeError for an element that is not a number (a bigint for i64 and u64), naming it; and as
   * {@link SharedArray.create}
   * @throws RangeError for parts of unequal length, naming the first; for a shape that does not hold as many elements;
   * and as {@link SharedArray.create}
   */
  static from<const S extends Source>(
    source: S,
    options?: SharedArrayFromOptions & { readonly dtype?: undefined },
  ): SharedArray<SourceDtype<S>>
  static from<D extends Dtype>(
    source: Source,
    options: SharedArrayFromOptions<D> & { readonly dtype: D },
  ): SharedArray<D>
  static from(source: unknown, options: SharedArrayFromOptions = {}): SharedArray {
    checkOptionNames('SharedArray.from', options, ['dtype', 'shape', 'across'])
    const { dtype, shape } = planFrom(source, options)
    const array = SharedArray.create(dtype, shape, { across: options.across })
    const elements = array.data as unknown as Elements<unknown>
    fillFrom(elements, dtype, source, options.shape === undefined ? shape : undefined)
    return array
  }

  /** Zeros, 64-bit floats; see {@link SharedArray.create}. */
  static f64(shape: number | Shape, options?: SharedArrayOptions): SharedArray<'f64'> {
    return SharedArray.create('f64', shape, options)
  }

  /** Zeros, 32-bit floats; see {@link SharedArray.create}. */
  static f32(shape: number | Shape, options?: SharedArrayOptions): SharedArray<'f32'> {
    return SharedArray.create('f32', shape, options)
  }

  /** Zeros, signed bytes; see {@link SharedArray.create}. */
  static i8(shape: number | Shape, options?: SharedArrayOptions): SharedArray<'i8'> {
    return SharedArray.create('i8', shape, options)
  }

  /** Zeros, unsigned bytes; see {@link SharedArray.create}. */
  static u8(shape: number | Shape, options?: SharedArrayOptions): SharedArray<'u8'> {
    return SharedArray.create('u8', shape, options)
  }

  /** Zeros, unsigned bytes that are clamped to 0..255 instead of wrapped; see {@link SharedArray.create}. */
  static u8c(shape: number | Shape, options?: SharedArrayOptions): SharedArray<'u8c'> {
    return SharedArray.create('u8c', shape, options)
  }

  /** Zeros, signed 16-bit integers; see {@link SharedArray.create}. */
  static i16(shape: number | Shape, options?: SharedArrayOptions): SharedArray<'i16'> {
    return SharedArray.create('i16', shape, options)
  }

  /** Zeros, unsigned 16-bit integers; see {@link SharedArray.create}. */
  static u16(shape: number | Shape, options?: SharedArrayOptions): SharedArray<'u16'> {
    return SharedArray.create('u16', shape, options)
  }

  /** Zeros, signed 32-bit integers; see {@link SharedArray.create}. */
  static i32(shape: number | Shape, options?: SharedArrayOptions): SharedArray<'i32'> {
    return SharedArray.create('i32', shape, options)
  }

  /** Zeros, unsigned 32-bit integers; see {@link SharedArray.create}. */
  static u32(shape: number | Shape, options?: SharedArrayOptions): SharedArray<'u32'> {
    return SharedArray.create('u32', shape, options)
  }

  /** Zeros, signed 64-bit integers, read as bigints; see {@link SharedArray.create}. */
  static i64(shape: number | Shape, options?: SharedArrayOptions): SharedArray<'i64'> {
    return SharedArray.create('i64', shape, options)
  }

  /** Zeros, unsigned 64-bit integers, read as bigints; see {@link SharedArray.create}. */
  static u64(shape: number | Shape, options?: SharedArrayOptions): SharedArray<'u64'> {
    return SharedArray.create('u64', shape, options)
  }

  /** The number of all elements. */
  get length(): number {
    return this.data.length
  }

  /** Bytes of all elements. */
  get byteLength(): number {
    return this.data.byteLength
  }

  /** Who can share the memory. */
  get across(): Across {
    return this.#region.across
  }

  /**
   * Gives the memory back now, as far as this thread is concerned; workers that have it keep it. Calling it again does
   * nothing.
   *
   * This array and every other view of the same memory here are empty from then on. Without it the memory goes when the
   * last view of it was collected.
   */
  close(): void {
    this.#region.close()
    // Among threads only the collector frees memory, but what was closed reads as closed.
    if (this.data.length > 0) (this as { data: DataOf<D> }).data = viewOf(this.dtype, new ArrayBuffer(0), 0, 0)
  }

  [Symbol.dispose](): void {
    this.close()
  }

  /**
   * The element at `indices`, one index for each axis.
   *
   * @throws TypeError when there are more or fewer indices than axes
   * @throws RangeError for an index that is outside, naming index, axis and extent
   */
  at(...indices: number[]): ElementOf<D> {
    const element = this.#elements[offsetOf(this.shape, indices)]
    return element === undefined ? closed() : element
  }

  /**
   * Writes `value` at `indices`, one index for each axis; it is converted as typed arrays convert.
   *
   * @throws TypeError when there are more or fewer indices than axes, or `value` is a bigint where numbers are stored,
   * or the other way round
   * @throws RangeError for an index that is outside, naming index, axis and extent
   */
  set(value: ElementOf<D>, ...indices: number[]): void {
    const offset = offsetOf(this.shape, indices)
    if (offset >= this.data.length) closed()
    this.#elements[offset] = value
  }

  /**
   * Reads the element at `indices` in order with what other workers do.
   *
   * @throws TypeError for a float or `u8c`; and as {@link SharedArray.at}
   */
  load(this: SharedArray<AtomicDtype & D>, ...indices: number[]): ElementOf<D> {
    return atomics.load(this.data, this.#cell('load', indices))
  }

  /**
   * Writes `value` at `indices` in order with what other workers do.
   * @throws as {@link SharedArray.load} and {@link SharedArray.set}
   */
  store(this: SharedArray<AtomicDtype & D>, value: ElementOf<D>, ...indices: number[]): void {
    atomics.store(this.data, this.#cell('store', indices), value)
  }

  /**
   * Adds `amount` to the element at `indices` in one step, wrapping around at the ends of the type.
   *
   * @returns the element before
   * @throws as {@link SharedArray.load}
   */
  add(this: SharedArray<AtomicDtype & D>, amount: ElementOf<D>, ...indices: number[]): ElementOf<D> {
    return atomics.add(this.data, this.#cell('add', indices), amount)
  }

  /** Subtracts in one step. @returns the element before @throws as {@link SharedArray.load} */
  sub(this: SharedArray<AtomicDtype & D>, amount: ElementOf<D>, ...indices: number[]): ElementOf<D> {
    return atomics.sub(this.data, this.#cell('sub', indices), amount)
  }

  /** Keeps the bits of `mask` in one step. @returns the element before @throws as {@link SharedArray.load} */
  and(this: SharedArray<AtomicDtype & D>, mask: ElementOf<D>, ...indices: number[]): ElementOf<D> {
    return atomics.and(this.data, this.#cell('and', indices), mask)
  }

  /** Sets the bits of `mask` in one step. @returns the element before @throws as {@link SharedArray.load} */
  or(this: SharedArray<AtomicDtype & D>, mask: ElementOf<D>, ...indices: number[]): ElementOf<D> {
    return atomics.or(this.data, this.#cell('or', indices), mask)
  }

  /** Flips the bits of `mask` in one step. @returns the element before @throws as {@link SharedArray.load} */
  xor(this: SharedArray<AtomicDtype & D>, mask: ElementOf<D>, ...indices: number[]): ElementOf<D> {
    return atomics.xor(this.data, this.#cell('xor', indices), mask)
  }

  /**
   * Writes `value` and reads what was there, in one step.
   * @returns the element before
   * @throws as {@link SharedArray.load}
   */
  exchange(this: SharedArray<AtomicDtype & D>, value: ElementOf<D>, ...indices: number[]): ElementOf<D> {
    return atomics.exchange(this.data, this.#cell('exchange', indices), value)
  }

  /**
   * Writes `replacement` only if the element is `expected`, in one step.
   *
   * @returns the element before: `expected` when it was written, else what is there
   * @throws as {@link SharedArray.load}
   */
  compareExchange(
    this: SharedArray<AtomicDtype & D>,
    expected: ElementOf<D>,
    replacement: ElementOf<D>,
    ...indices: number[]
  ): ElementOf<D> {
    return atomics.compareExchange(this.data, this.#cell('compareExchange', indices), expected, replacement)
  }

  /**
   * Everything at index `i` of the first axis, as a typed array on the same memory: a write to it is a write to this
   * array.
   *
   * @throws RangeError when `i` is outside, naming index, axis and extent
   */
  row(i: number): DataOf<D> {
    const [extent = 0, ...rest] = this.shape
    const size = sizeOf(rest)
    const start = offsetOf([extent], [i]) * size
    this.#assertOpen()
    return this.data.subarray(start, start + size) as DataOf<D>
  }

  /**
   * The indices `from` to `to` (not included) of the first axis, as a SharedArray on the same memory. It travels by
   * handle too.
   *
   * @param to - @default the end
   * @throws RangeError unless 0 <= from <= to <= extent of the first axis
   */
  rows(from: number, to: number = this.shape[0] ?? 0): SharedArray<D> {
    const [extent = 0, ...rest] = this.shape
    checkRange('SharedArray.rows', from, to, extent)
    return this.#view(from * sizeOf(rest), [to - from, ...rest])
  }

  /**
   * The elements `from` to `to` (not included) in row-major order, as a SharedArray of one axis on the same memory.
   *
   * @param to - @default the end
   * @throws RangeError unless 0 <= from <= to <= length
   */
  subarray(from: number, to: number = this.length): SharedArray<D> {
    checkRange('SharedArray.subarray', from, to, this.length)
    return this.#view(from, [to - from])
  }

  /**
   * Writes `value` to every element.
   *
   * @throws TypeError when `value` is a bigint where numbers are stored, or the other way round
   */
  fill(value: ElementOf<D>): this {
    checkElement('fill', this.dtype, value)
    this.#assertOpen()
    this.#elements.fill(value)
    return this
  }

  /** A copy as ordinary arrays, nested as deep as there are axes. */
  toArray(): NestedArray<ElementOf<D>> {
    this.#assertOpen()
    return nested(this.#elements, 0, this.shape)
  }

  /** The elements in row-major order. */
  [Symbol.iterator](): ArrayIterator<ElementOf<D>> {
    return this.data[Symbol.iterator]() as ArrayIterator<ElementOf<D>>
  }

  /** Where the element at `indices` lies, for an operation in one step. */
  #cell(method: string, indices: readonly number[]): number {
    checkAtomic(`SharedArray.${method}`, this.dtype)
    const offset = offsetOf(this.shape, indices)
    return offset < this.data.length ? offset : closed()
  }

  get #elements(): Elements<ElementOf<D>> & { fill(value: ElementOf<D>): unknown } {
    return this.data as never
  }

  #assertOpen(): void {
    if (this.#region.closed) closed()
  }

  #view(offset: number, shape: Shape): SharedArray<D> {
    this.#assertOpen()
    const byteOffset = this.data.byteOffset + offset * bytesPerElement(this.dtype)
    return new SharedArray({ region: this.#region, dtype: this.dtype, shape, byteOffset })
  }

  get #handle(): ArrayHandle<D> {
    return { region: this.#region, dtype: this.dtype, shape: this.shape, byteOffset: this.data.byteOffset }
  }

  [replace](): ArrayHandle<D> {
    const handle = this.#handle
    // Remembered when it first travels and not when it is made, so that making row views costs nothing.
    if (!this.#known) rememberShared(idOf(handle), this)
    this.#known = true
    return handle
  }

  static [revive]<D extends Dtype>(handle: ArrayHandle<D>): SharedArray<D> {
    const make = (): SharedArray<D> => {
      const array = new SharedArray(handle)
      array.#known = true
      return array
    }
    return reviveShared(idOf(handle), make, live => !live.#region.closed)
  }

  static get [origin](): Origin {
    return { tag: 'mh:array', module: import.meta.url, name: 'SharedArray' }
  }
}
