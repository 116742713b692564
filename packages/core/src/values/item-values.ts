import { isDetached } from '@manyhands/base'
import { own } from '../queue/borrowed-bytes.ts'
import { decodeValue, type EncodedValue, encodeValue, toBuffer, ValueKind, type ValueRules } from './encode-value.ts'

/** A queue is used only by workers of one program, which trust each other. */
const rules: ValueRules = { name: 'item', isTrusted: true }

/**
 * Turns a value into an item of a queue. Numbers, strings and bytes, the most frequent values, have fast paths.
 *
 * @throws SerializationError when the value cannot be sent
 */
export function encodeItem(value: unknown): EncodedValue {
  if (typeof value === 'number') {
    if ((value | 0) === value && !Object.is(value, -0)) return { kind: ValueKind.int, value, bytes: undefined }
    const bytes = new Uint8Array(8)
    new DataView(bytes.buffer).setFloat64(0, value, true)
    return { kind: ValueKind.number, value: 0, bytes }
  }
  if (typeof value === 'object' && value !== null) {
    const prototype: unknown = Object.getPrototypeOf(value)
    if (prototype === Uint8Array.prototype || prototype === Buffer.prototype) {
      const kind = prototype === Buffer.prototype ? ValueKind.buffer : ValueKind.bytes
      const bytes = value as Uint8Array
      // Bytes that were transferred look like none.
      if (bytes.length > 0 || !isDetached(bytes)) return { kind, value: 0, bytes }
    }
  }
  return encodeValue(value, rules)
}

/**
 * @param item - the bytes may be borrowed
 * @returns the value; a promise of it when modules have to be imported first
 * @throws SerializationError when the value cannot be revived here
 */
export function decodeItem({ kind, value, bytes }: EncodedValue): unknown {
  if (kind === ValueKind.int) return value
  const data = bytes ?? new Uint8Array(0)
  switch (kind) {
    case ValueKind.number:
      return new DataView(data.buffer, data.byteOffset).getFloat64(0, true)
    case ValueKind.bytes:
      return own(data)
    case ValueKind.buffer:
      return Buffer.from(toBuffer(data))
    case ValueKind.cloned:
    case ValueKind.encoded:
      return decodeValue(kind, own(data), rules)
    default:
      return decodeValue(kind, data, rules)
  }
}
