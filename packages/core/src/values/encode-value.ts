import { channelCodec, type Codec, SerializationError } from '@manyhands/base'
import { MAX_UTF8, plainJson } from './plain-json.ts'

/**
 * The encoding of a value in an item of a queue or in a frame of a connection: one numbering for both. The missing
 * numbers are frames without a value, see `connection/frames.ts`.
 */
export const ValueKind = {
  /** Encoded by the codec, then by structured clone. Decoding it may run code. */
  encoded: 1,
  /** Encoded by structured clone alone. */
  cloned: 2,
  /** A little-endian Float64. */
  number: 9,
  /** A string without lone surrogates, as UTF-8. */
  utf8: 10,
  /** Small plain data, as JSON. */
  plain: 11,
  undefined: 12,
  null: 13,
  false: 14,
  true: 15,
  /** A string with lone surrogates, or a very long one. */
  utf16: 16,
  /** In queues only: an Int32, which needs no bytes; and raw bytes. */
  int: 17,
  bytes: 18,
  buffer: 19,
} as const

/** A value as bytes, or as a number where `bytes` is undefined. */
export interface EncodedValue {
  /** One of {@link ValueKind}. */
  readonly kind: number
  /** An Int32. */
  readonly value: number
  readonly bytes: Uint8Array | undefined
}

/** The differences between queues and connections. */
export interface ValueRules {
  /** The name of the value in errors: `item`, `message`. */
  readonly name: string
  /** Appended to the error when a value cannot be cloned. */
  readonly hint?: string | undefined
  /** False where decoding must not run code. */
  readonly isTrusted: boolean
}

let loaded: typeof import('node:v8') | undefined
const v8 = (): typeof import('node:v8') => (loaded ??= process.getBuiltinModule('node:v8'))

const constant = (kind: number): EncodedValue => ({ kind, value: 0, bytes: undefined })
const encodedUndefined = constant(ValueKind.undefined)
const encodedNull = constant(ValueKind.null)
const encodedFalse = constant(ValueKind.false)
const encodedTrue = constant(ValueKind.true)

/** True for strings that are sent as UTF-8. */
export function isUtf8(value: string): boolean {
  return value.length <= MAX_UTF8 && value.isWellFormed()
}

/**
 * Encodes any value except a number, which callers encode themselves: constants, strings, plain data as JSON, and the
 * rest by the codec or structured clone.
 *
 * @throws SerializationError when the value cannot be sent
 */
export function encodeValue(value: unknown, rules: ValueRules): EncodedValue {
  switch (typeof value) {
    case 'undefined':
      return encodedUndefined
    case 'boolean':
      return value ? encodedTrue : encodedFalse
    case 'string':
      return isUtf8(value)
        ? { kind: ValueKind.utf8, value: 0, bytes: Buffer.from(value) }
        : { kind: ValueKind.utf16, value: 0, bytes: Buffer.from(value, 'utf16le') }
    case 'bigint':
      return clone(ValueKind.cloned, value, rules)
    case 'object': {
      if (value === null) return encodedNull
      const json = plainJson(value)
      if (json !== undefined) return { kind: ValueKind.plain, value: 0, bytes: Buffer.from(json) }
    }
  }
  const codec = rules.isTrusted ? channelCodec() : undefined
  if (codec === undefined) return clone(ValueKind.cloned, value, rules)
  return clone(ValueKind.encoded, codec.encode(value, new Set()), rules)
}

function clone(kind: number, value: unknown, { name, hint }: ValueRules): EncodedValue {
  try {
    return { kind, value: 0, bytes: v8().serialize(value) }
  } catch (cause) {
    throw new SerializationError(`the ${name} cannot be sent: ${(cause as Error).message}`, { cause, hint })
  }
}

/**
 * Decodes a value that {@link encodeValue} has encoded.
 *
 * @param bytes - not shared with anything else: arrays in the value may be views of them
 * @returns the value; a promise of it when modules have to be imported first
 * @throws SerializationError when the value is damaged, or cannot be revived here
 */
export function decodeValue(kind: number, bytes: Uint8Array, rules: ValueRules): unknown {
  switch (kind) {
    case ValueKind.utf8:
      return toBuffer(bytes).toString()
    case ValueKind.utf16:
      return toBuffer(bytes).toString('utf16le')
    case ValueKind.plain:
      return undamaged(rules, () => JSON.parse(toBuffer(bytes).toString()))
    case ValueKind.cloned:
      return undamaged(rules, () => v8().deserialize(bytes))
    case ValueKind.encoded:
      return codecFor(rules).decode(undamaged(rules, () => v8().deserialize(bytes)) as object)
    default:
      return decodeConstant(kind, bytes, rules)
  }
}

/** Throws for kinds that are unknown here. */
function decodeConstant(kind: number, bytes: Uint8Array, { name }: ValueRules): undefined | null | boolean {
  if (bytes.length === 0) {
    if (kind === ValueKind.undefined) return undefined
    if (kind === ValueKind.null) return null
    if (kind === ValueKind.false) return false
    if (kind === ValueKind.true) return true
  }
  throw new SerializationError(
    `the ${name} is damaged: it is of kind ${kind} with ${bytes.length} bytes, which this version does not support`,
  )
}

function undamaged({ name }: ValueRules, decode: () => unknown): unknown {
  try {
    return decode()
  } catch (cause) {
    throw new SerializationError(`the ${name} is damaged: ${(cause as Error).message}`, { cause })
  }
}

function codecFor({ name }: ValueRules): Codec {
  const codec = channelCodec()
  if (codec !== undefined) return codec
  throw new SerializationError(`the ${name} holds functions or class instances, which cannot be revived here`, {
    hint: "start a worker of '@manyhands/pool' in this program first, or send plain data",
  })
}

export function toBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
