import { describeValue, isDetached, suggestion } from '@manyhands/base'

/** The typed array that each dtype is stored in. */
export interface DtypeArrays {
  f64: Float64Array
  f32: Float32Array
  i8: Int8Array
  u8: Uint8Array
  /** Clamped: 300 is stored as 255, -1 as 0. */
  u8c: Uint8ClampedArray
  i16: Int16Array
  u16: Uint16Array
  i32: Int32Array
  u32: Uint32Array
  i64: BigInt64Array
  u64: BigUint64Array
}

/** The name of an element type: `f` float, `i` signed, `u` unsigned, then the bits. */
export type Dtype = keyof DtypeArrays

/** The dtypes whose elements are bigints. */
export type BigDtype = 'i64' | 'u64'

/** The dtypes that `Atomics` works on. */
export type AtomicDtype = Exclude<Dtype, 'f64' | 'f32' | 'u8c'>

/** The typed array of `D`: `DataOf<'f64'>` is a Float64Array. */
export type DataOf<D extends Dtype> = DtypeArrays[D]

/** What an element of `D` is read as. */
export type ElementOf<D extends Dtype> = D extends BigDtype ? bigint : number

interface DataConstructor<D extends Dtype> {
  readonly BYTES_PER_ELEMENT: number
  new (buffer: ArrayBufferLike, byteOffset: number, length: number): DataOf<D>
}

const constructors: { readonly [D in Dtype]: DataConstructor<D> } = {
  f64: Float64Array,
  f32: Float32Array,
  i8: Int8Array,
  u8: Uint8Array,
  u8c: Uint8ClampedArray,
  i16: Int16Array,
  u16: Uint16Array,
  i32: Int32Array,
  u32: Uint32Array,
  i64: BigInt64Array,
  u64: BigUint64Array,
}

const names = Object.keys(constructors) as Dtype[]

/** Bytes of one element. */
export function bytesPerElement(dtype: Dtype): number {
  return constructors[dtype].BYTES_PER_ELEMENT
}

/** A view of `length` elements. */
export function viewOf<D extends Dtype>(
  dtype: D,
  buffer: ArrayBufferLike,
  byteOffset: number,
  length: number,
): DataOf<D> {
  return new constructors[dtype](buffer, byteOffset, length)
}

export function isBig(dtype: Dtype): dtype is BigDtype {
  return dtype === 'i64' || dtype === 'u64'
}

export function isAtomic(dtype: Dtype): dtype is AtomicDtype {
  return dtype !== 'f64' && dtype !== 'f32' && dtype !== 'u8c'
}

/** The dtype of a typed array, shared or not; undefined for anything else. */
export function dtypeOf(value: unknown): Dtype | undefined {
  if (!ArrayBuffer.isView(value)) return undefined // a Proxy of one is an instance, too
  return names.find(name => value instanceof (constructors[name] as unknown as abstract new () => object))
}

const TypedArray = Object.getPrototypeOf(Uint8Array) as abstract new () => object

/**
 * @param where - what takes the value
 * @throws TypeError when `value` looks like a typed array but has no elements to read: a Proxy of one, or one whose
 * buffer was transferred or closed
 */
export function checkReadable(where: string, value: unknown): void {
  if (value instanceof TypedArray && (!ArrayBuffer.isView(value) || isDetached(value))) {
    throw new TypeError(`${where}: cannot read the elements of ${describeValue(value)}`)
  }
}

/** @throws TypeError unless `value` is what `dtype` stores */
export function checkElement(method: string, dtype: Dtype, value: unknown): void {
  const expected = isBig(dtype) ? 'bigint' : 'number'
  if (typeof value !== expected) {
    throw new TypeError(`${method} takes a ${expected} for dtype ${dtype}, got ${describeValue(value)}`)
  }
}

/** @throws TypeError naming the nearest known dtype, unless `value` is one */
export function checkDtype(where: string, value: unknown): asserts value is Dtype {
  if (typeof value === 'string' && Object.hasOwn(constructors, value)) return
  throw new TypeError(
    typeof value === 'string'
      ? `${where} knows no dtype \`${value}\`${suggestion(value, names, mistakes)}`
      : `${where} knows no dtype ${typeof value}; known: ${names.join(', ')}`,
  )
}

/** What NumPy, ctypes and typed arrays call them. */
const mistakes: Readonly<Record<string, Dtype>> = {
  float: 'f64',
  double: 'f64',
  number: 'f64',
  d: 'f64',
  int: 'i32',
  i: 'i32',
  bigint: 'i64',
  float64: 'f64',
  float32: 'f32',
  int8: 'i8',
  uint8: 'u8',
  int16: 'i16',
  uint16: 'u16',
  int32: 'i32',
  uint32: 'u32',
  int64: 'i64',
  uint64: 'u64',
}
