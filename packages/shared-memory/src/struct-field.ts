import { describeValue } from '@manyhands/base'
import { type Dtype, isBig, viewOf } from './dtype.ts'
import type { Elements } from './source.ts'
import type { FieldLayout } from './struct-layout.ts'

interface AnyView {
  [method: `get${string}`]: (at: number, littleEndian: boolean) => unknown
  [method: `set${string}`]: (at: number, value: unknown, littleEndian: boolean) => void
}

/** What the methods of a DataView are called: `getFloat64`, `setFloat64`. */
const kinds: Readonly<Record<Dtype, string>> = {
  f64: 'Float64',
  f32: 'Float32',
  i8: 'Int8',
  u8: 'Uint8',
  u8c: 'Uint8',
  i16: 'Int16',
  u16: 'Uint16',
  i32: 'Int32',
  u32: 'Uint32',
  i64: 'BigInt64',
  u64: 'BigUint64',
}

/** @param view - of the struct */
export function readField(view: DataView, { dtype, isBool, count, byteOffset }: FieldLayout): unknown {
  if (count !== undefined) return viewOf(dtype, view.buffer, view.byteOffset + byteOffset, count)
  const value = (view as unknown as AnyView)[`get${kinds[dtype]}`]?.call(view, byteOffset, true)
  return isBool ? value !== 0 : value
}

/**
 * Writes one element, converted as typed arrays convert; or an array, whose rest becomes zero.
 *
 * @throws TypeError for a value of the wrong kind, RangeError for an array that is too long; both name the field
 */
export function writeField(
  view: DataView,
  { name, dtype, isBool, count, byteOffset }: FieldLayout,
  value: unknown,
): void {
  const data = (): Elements<unknown> & { fill(value: unknown, from: number): unknown } =>
    viewOf(dtype, view.buffer, view.byteOffset + byteOffset, count ?? 1) as never
  if (count !== undefined) {
    const source = value as ArrayLike<unknown> | null | undefined
    if (typeof source !== 'object' || source === null || typeof source.length !== 'number') {
      throw new TypeError(`field \`${name}\` takes an array of at most ${count}, got ${describeValue(value)}`)
    }
    if (source.length > count) {
      throw new RangeError(`field \`${name}\` takes an array of at most ${count}, got ${source.length}`)
    }
    data().set(source, 0)
    data().fill(isBig(dtype) ? 0n : 0, source.length)
    return
  }
  const expected = isBool ? 'boolean' : isBig(dtype) ? 'bigint' : 'number'
  if (typeof value !== expected) {
    throw new TypeError(`field \`${name}\` takes a ${expected}, got ${describeValue(value)}`)
  }
  if (dtype === 'u8c') data()[0] = value // the only one that a DataView converts otherwise
  else (view as unknown as AnyView)[`set${kinds[dtype]}`]?.call(view, byteOffset, isBool ? Number(value) : value, true)
}
