import { channelCodec, SerializationError } from '@manyhands/base'
import { MAX_UTF8, plainJson } from '../plain-json.ts'
import type { Item } from './ring.ts'
import { own } from './scratch.ts'

const INT = 1
const UNDEFINED = 2
const NULL = 3
const FALSE = 4
const TRUE = 5
const FLOAT = 6
const UTF8 = 7
/** With a surrogate alone, or very long. */
const UTF16 = 8
const BYTES = 9
const BUFFER = 10
/** By structured clone. */
const CLONED = 11
/** By the codec, and then by structured clone. */
const ENCODED = 12
/** Small plain data, as JSON. */
const PLAIN = 13

const v8 = (): typeof import('node:v8') => process.getBuiltinModule('node:v8')

const empty = (kind: number): Item => ({ kind, value: 0, bytes: undefined })
const [undefinedItem, nullItem, falseItem, trueItem] = [empty(UNDEFINED), empty(NULL), empty(FALSE), empty(TRUE)]

/**
 * Turns a value into what lies in a queue. Numbers, strings and bytes, which are most of what is sent, take short ways
 * of their own.
 *
 * @throws SerializationError when it cannot travel
 */
export function encodeItem(value: unknown): Item {
  switch (typeof value) {
    case 'number': {
      if ((value | 0) === value && !Object.is(value, -0)) return { kind: INT, value, bytes: undefined }
      const bytes = new Uint8Array(8)
      new DataView(bytes.buffer).setFloat64(0, value, true)
      return { kind: FLOAT, value: 0, bytes }
    }
    case 'undefined':
      return undefinedItem
    case 'boolean':
      return value ? trueItem : falseItem
    case 'string': {
      if (value.length <= MAX_UTF8 && value.isWellFormed()) return { kind: UTF8, value: 0, bytes: Buffer.from(value) }
      return { kind: UTF16, value: 0, bytes: Buffer.from(value, 'utf16le') }
    }
    case 'object':
      if (value === null) return nullItem
      if (Object.getPrototypeOf(value) === Uint8Array.prototype) {
        return { kind: BYTES, value: 0, bytes: value as Uint8Array }
      }
      if (Object.getPrototypeOf(value) === Buffer.prototype) {
        return { kind: BUFFER, value: 0, bytes: value as Uint8Array }
      }
      break
    default:
  }
  return encodeAny(value)
}

function encodeAny(value: unknown): Item {
  const json = typeof value === 'object' && value !== null ? plainJson(value) : undefined
  if (json !== undefined) return { kind: PLAIN, value: 0, bytes: Buffer.from(json) }
  const codec = channelCodec()
  if (codec === undefined || typeof value === 'bigint') return { kind: CLONED, value: 0, bytes: serialize(value) }
  return { kind: ENCODED, value: 0, bytes: serialize(codec.encode(value, new Set())) }
}

function serialize(value: unknown): Uint8Array {
  try {
    return v8().serialize(value)
  } catch (cause) {
    throw new SerializationError(`the item cannot travel: ${(cause as Error).message}`, { cause })
  }
}

/**
 * @param item - its bytes may be borrowed
 * @returns the value; a promise of it when modules have to be imported first
 * @throws SerializationError when it cannot be revived here
 */
export function decodeItem({ kind, value, bytes }: Item): unknown {
  switch (kind) {
    case INT:
      return value
    case UNDEFINED:
      return undefined
    case NULL:
      return null
    case FALSE:
      return false
    case TRUE:
      return true
  }
  const data = bytes ?? new Uint8Array(0)
  const buffer = (): Buffer => Buffer.from(data.buffer, data.byteOffset, data.byteLength)
  switch (kind) {
    case FLOAT:
      return new DataView(data.buffer, data.byteOffset).getFloat64(0, true)
    case UTF8:
      return buffer().toString()
    case UTF16:
      return buffer().toString('utf16le')
    case PLAIN:
      return JSON.parse(buffer().toString())
    case BYTES:
      return own(data)
    case BUFFER:
      return Buffer.from(buffer())
    case CLONED:
      return v8().deserialize(own(data)) // arrays in it are views of these bytes
    default: {
      const codec = channelCodec()
      if (codec === undefined) {
        throw new SerializationError(
          'an item was put by a worker of a pool, in a form that only pools know: start a pool here as well, or ' +
            'send plain data',
        )
      }
      return codec.decode(v8().deserialize(own(data)) as object)
    }
  }
}
