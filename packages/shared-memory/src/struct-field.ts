import { describeValue } from '@manyhands/base'
import { checkReadable, type Dtype, isBig, viewOf } from './dtype.ts'
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
export function writeField(view: DataView, field: FieldLayout, value: unknown): void {
  const { dtype, isBool, byteOffset } = field
  if (field.count !== undefined) return writeArray(view, field, field.count, value)
  const expected = isBool ? 'boolean' : isBig(dtype) ? 'bigint' : 'number'
  if (typeof value !== expected) {
    throw new TypeError(`field \`${field.name}\` takes a ${expected}, got ${describeValue(value)}`)
  }
  if (dtype === 'u8c') elementsOf(view, field, 1)[0] = value // the only one that a DataView converts otherwise
  else (view as unknown as AnyView)[`set${kinds[dtype]}`]?.call(view, byteOffset, isBool ? Number(value) : value, true)
}

// A function of its own: with it, the engine would not inline a write of one element.
function writeArray(view: DataView, field: FieldLayout, count: number, value: unknown): void {
  const { name, dtype } = field
  checkReadable(`field \`${name}\``, value)
  const source = value as ArrayLike<unknown> | null | undefined
  if (typeof source !== 'object' || source === null || typeof source.length !== 'number') {
    throw new TypeError(`field \`${name}\` takes an array of at most ${count}, got ${describeValue(value)}`)
  }
  if (source.length > count) {
    throw new RangeError(`field \`${name}\` takes an array of at most ${count}, got ${source.length}`)
  }
  const elements = elementsOf(view, field, count)
  elements.set(source, 0)
  elements.fill(isBig(dtype) ? 0n : 0, source.length)
}

function elementsOf(
  view: DataView,
  { dtype, byteOffset }: FieldLayout,
  count: number,
): Elements<unknown> & { fill(value: unknown, from: number): unknown } {
  return viewOf(dtype, view.buffer, view.byteOffset + byteOffset, count) as never
}
