import {
  type Across,
  checkOptionNames,
  describeValue,
  origin,
  type Origin,
  refuseNew,
  rememberShared,
  replace,
  revive,
  reviveShared,
} from '@manyhands/base'
import { Region } from '@manyhands/core'
import { type AcrossOption, checkAcross } from './across.ts'
import { AtomicElements, closed } from './atomic-elements.ts'
import {
  bytesPerElement,
  checkDtype,
  checkElement,
  checkReadable,
  type DataOf,
  type Dtype,
  type ElementOf,
  viewOf,
} from './dtype.ts'
import { memoryOrigin } from './memory-origin.ts'
import { checkRange, describeShape, offsetOf, type Shape, sizeOf, toShape } from './shape.ts'
import {
  type Elements,
  fillFrom,
  type Source,
  sourceDtype,
  type SourceDtype,
  sourceShape,
  sourceSize,
} from './source.ts'

export interface SharedArrayOptions {
  /**
   * Which workers can share the memory: `'threads'`, `'processes'` (and threads), or `'auto'`, processes where this
   * machine can.
   * @default 'auto'
   */
  readonly across?: AcrossOption | undefined
}

export interface SharedArrayFromOptions<D extends Dtype = Dtype> extends SharedArrayOptions {
  /** @default that of a typed array; i64 for bigints, f64 for numbers */
  readonly dtype?: D | undefined
  /** A new shape for the same elements. @default that of the nested array */
  readonly shape?: number | Shape | undefined
}

/** What travels instead of an array: a view of a region. */
interface ArrayHandle<D extends Dtype> {
  readonly region: Region
  readonly dtype: D
  readonly shape: Shape
  readonly byteOffset: number
}

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
export class SharedArray<D extends Dtype = Dtype> extends AtomicElements<D> implements Disposable {
  readonly dtype: D
  readonly shape: Shape
  /** All elements of this array in row-major order: a view, not a copy. Empty once the memory was closed here. */
  readonly data: DataOf<D>
  readonly #region: Region
  #known = false

  private constructor(handle: ArrayHandle<D>) {
    super()
    if ((handle as Partial<ArrayHandle<D>> | undefined)?.region === undefined) {
      refuseNew('SharedArray', 'SharedArray.f64(shape), or SharedArray.from(values)')
    }
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
   * memory; the error names what to install
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
    checkReadable('SharedArray.from', source)
    const found = sourceShape(source)
    if (found.length === 0) {
      throw new TypeError(`SharedArray.from takes an array or a typed array, got ${describeValue(source)}`)
    }
    const dtype = options.dtype ?? sourceDtype(source)
    const shape = options.shape === undefined ? found : toShape('SharedArray.from', options.shape)
    if (options.shape !== undefined && sourceSize(source) !== sizeOf(shape)) {
      throw new RangeError(
        `SharedArray.from: shape ${describeShape(shape)} holds ${sizeOf(shape)} elements, ` +
          `the source has ${sourceSize(source)}`,
      )
    }
    const array = SharedArray.create(dtype, shape, { across: options.across })
    fillFrom(array.data as unknown as Elements<unknown>, dtype, source, options.shape === undefined ? shape : undefined)
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

  /** Which workers can share the memory. */
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
   * @throws TypeError when there are more or fewer indices than axes, or `value` is not a number (a bigint for i64 and
   * u64)
   * @throws RangeError for an index that is outside, naming index, axis and extent
   */
  set(value: ElementOf<D>, ...indices: number[]): void {
    checkElement('set', this.dtype, value)
    const offset = offsetOf(this.shape, indices)
    if (offset >= this.data.length) closed()
    this.#elements[offset] = value
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
   * @throws TypeError when `value` is not a number (a bigint for i64 and u64)
   */
  fill(value: ElementOf<D>): this {
    checkElement('fill', this.dtype, value)
    this.#assertOpen()
    this.#elements.fill(value)
    return this
  }

  /** A copy as ordinary arrays, nested as deep as there are axes. */
  toArray(): NestedArray<ElementOf<D>> {
    const nest = (offset: number, [extent = 0, ...rest]: Shape): NestedArray<ElementOf<D>> => {
      if (rest.length === 0) return Array.from({ length: extent }, (_, i) => this.#elements[offset + i] as ElementOf<D>)
      const size = sizeOf(rest)
      return Array.from({ length: extent }, (_, i) => nest(offset + i * size, rest))
    }
    this.#assertOpen()
    return nest(0, this.shape)
  }

  /** The elements in row-major order. */
  [Symbol.iterator](): ArrayIterator<ElementOf<D>> {
    return this.data[Symbol.iterator]() as ArrayIterator<ElementOf<D>>
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
    return memoryOrigin('mh:array', 'SharedArray')
  }
}

/** Arrays in arrays, as deep as the shape has axes. */
export type NestedArray<E> = (E | NestedArray<E>)[]

/** The same view of the same region is the same array. */
function idOf({ region, dtype, shape, byteOffset }: ArrayHandle<Dtype>): string {
  return `${region.id}/${dtype}/${byteOffset}/${shape.join('x')}`
}
