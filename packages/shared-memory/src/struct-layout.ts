import { describeValue } from '@manyhands/base'
import { bytesPerElement, checkDtype, type DataOf, type Dtype, type ElementOf } from './dtype.ts'

/** The type of a field: an element, `'bool'`, or a fixed number of elements. */
export type FieldType = Dtype | 'bool' | readonly [Dtype, number]

/** The fields of a struct, in their order in memory. */
export type Fields = Readonly<Record<string, FieldType>>

/** What a field is read as. A fixed number of elements is a typed array on the same memory. */
export type FieldValue<T extends FieldType> = T extends readonly [infer D extends Dtype, number]
  ? DataOf<D>
  : T extends 'bool'
    ? boolean
    : ElementOf<Extract<T, Dtype>>

/** What a field may be set to. */
export type FieldInput<T extends FieldType> = T extends readonly [infer D extends Dtype, number]
  ? ArrayLike<ElementOf<D>>
  : FieldValue<T>

export interface FieldLayout {
  readonly name: string
  /** Of one element; a `bool` is a `u8` that is 0 or 1. */
  readonly dtype: Dtype
  readonly isBool: boolean
  /** Of an array; undefined for one element. */
  readonly count: number | undefined
  readonly byteOffset: number
}

export interface StructLayout {
  readonly fields: readonly FieldLayout[]
  /** Of one struct in an array: a multiple of its alignment. */
  readonly byteLength: number
}

/** What the accessors of a struct are called themselves. */
const reserved = new Set(['constructor', '__proto__', 'toObject', 'toJSON', 'close', 'then'])

/**
 * Lays fields out as a C compiler does: each at a multiple of its element's size, in the given order.
 *
 * @throws TypeError naming the field for a bad name or type
 * @throws RangeError for a count that is not an integer >= 1
 */
export function layoutOf(types: unknown): StructLayout {
  if (typeof types !== 'object' || types === null || Object.keys(types).length === 0) {
    throw new TypeError(
      `struct takes an object of at least one field, such as { x: 'f64' }, got ${describeValue(types)}`,
    )
  }
  let end = 0
  let alignment = 1
  const fields = Object.entries(types).map(([name, type]: [string, unknown]): FieldLayout => {
    if (reserved.has(name)) throw new TypeError(`struct: a field cannot be called \`${name}\``)
    const isArray = Array.isArray(type)
    const [element, count]: readonly unknown[] = isArray ? type : [type, undefined]
    const isBool = element === 'bool' && !isArray
    const dtype = isBool ? 'u8' : element
    checkDtype(`struct field \`${name}\``, dtype)
    if (isArray && (typeof count !== 'number' || !Number.isInteger(count) || count < 1)) {
      throw new RangeError(`struct field \`${name}\`: the count must be an integer >= 1, got ${describeValue(count)}`)
    }
    const size = bytesPerElement(dtype)
    const byteOffset = alignTo(end, size)
    end = byteOffset + size * ((count as number | undefined) ?? 1)
    alignment = Math.max(alignment, size)
    return { name, dtype, isBool, count: count as number | undefined, byteOffset }
  })
  return { fields, byteLength: alignTo(end, alignment) }
}

function alignTo(offset: number, alignment: number): number {
  return Math.ceil(offset / alignment) * alignment
}
