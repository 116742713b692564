import { describeValue } from '@manyhands/base'
import { checkReadable } from './dtype.ts'
import { decodeText, encodeText } from './list-text.ts'

/** What an element of a ShareableList may be. */
export type ShareableValue = number | bigint | boolean | string | Uint8Array | null

export type ShareableFormat = 'number' | 'bigint' | 'boolean' | 'null' | 'string' | 'bytes'

/**
 * The bytes of a list. All numbers are little-endian.
 *
 * | bytes | |
 * |---|---|
 * | 0..3 | {@link MAGIC} |
 * | 4..7 | Uint32: the length n |
 * | then n + 1 times 4 | Uint32: where each slot begins, and where the last ends |
 * | then, from a multiple of 8 on, n times 8 | the words of each element, see `ListSlots` |
 * | then | slots of two places of equal size: a Float64, a BigInt64, a byte, or a Uint32 length and bytes |
 */
export const MAGIC = 0x4c53484d
/** Where it is written where each slot begins. */
export const SLOTS_AT = 8
/** Places are 32-bit numbers. */
export const MAX_BYTES = 2 ** 32 - 1
const SLOT_ALIGNMENT = 8
const LENGTH_BYTES = 4

export const formats: readonly ShareableFormat[] = ['number', 'bigint', 'boolean', 'null', 'string', 'bytes']

/** @throws TypeError, RangeError for what a list cannot hold */
export function formatOf(where: string, value: unknown): ShareableFormat {
  if (value === null) return 'null'
  if (typeof value === 'number' || typeof value === 'boolean' || typeof value === 'string') {
    return typeof value as ShareableFormat
  }
  if (typeof value === 'bigint') {
    if (BigInt.asIntN(64, value) !== value) throw new RangeError(`${where} must fit into 64 bits, got ${value}n`)
    return 'bigint'
  }
  checkReadable(where, value)
  if (value instanceof Uint8Array) return 'bytes'
  throw new TypeError(
    `${where} must be a number, bigint, boolean, string, Uint8Array or null, got ${describeValue(value)}`,
  )
}

/** Bytes that `value` takes, without what fills up its place. */
export function sizeOfValue(value: ShareableValue): number {
  if (typeof value === 'string') return LENGTH_BYTES + Buffer.byteLength(value)
  return value instanceof Uint8Array ? LENGTH_BYTES + value.length : SLOT_ALIGNMENT
}

export function alignSlot(bytes: number): number {
  return Math.ceil(bytes / SLOT_ALIGNMENT) * SLOT_ALIGNMENT
}

/** Where the words of the elements begin in a list of `length` elements. */
export function statesAt(length: number): number {
  return alignSlot(SLOTS_AT + 4 * (length + 1))
}

/** Where the slots begin in a list of `length` elements. */
export function headBytes(length: number): number {
  return statesAt(length) + 8 * length
}

export function writeValue(memory: DataView, at: number, value: ShareableValue): void {
  if (typeof value === 'number') memory.setFloat64(at, value, true)
  else if (typeof value === 'bigint') memory.setBigInt64(at, value, true)
  else if (typeof value === 'boolean') memory.setUint8(at, Number(value))
  else if (value !== null) {
    const bytes = typeof value === 'string' ? encodeText(value) : value
    memory.setUint32(at, bytes.length, true)
    new Uint8Array(memory.buffer, memory.byteOffset + at + LENGTH_BYTES, bytes.length).set(bytes)
  }
}

/** @param room - bytes of the place; a length that is being written is not trusted */
export function readValue(memory: DataView, at: number, room: number, format: ShareableFormat): ShareableValue {
  switch (format) {
    case 'number':
      return memory.getFloat64(at, true)
    case 'bigint':
      return memory.getBigInt64(at, true)
    case 'boolean':
      return memory.getUint8(at) !== 0
    case 'null':
      return null
    default: {
      // Copied first: what decodes text refuses memory that others may change.
      const length = Math.min(memory.getUint32(at, true), room - LENGTH_BYTES)
      const bytes = new Uint8Array(memory.buffer, memory.byteOffset + at + LENGTH_BYTES, length).slice()
      return format === 'string' ? decodeText(Buffer.from(bytes.buffer)) : bytes
    }
  }
}
