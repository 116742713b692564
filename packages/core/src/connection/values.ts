import { channelCodec, SerializationError } from '@manyhands/base'
import { MAX_UTF8, plainJson } from '../plain-json.ts'
import { DATA, type Frame, NUMBER, PLAIN, TEXT, VALUE } from './frames.ts'

let loaded: typeof import('node:v8') | undefined
const v8 = (): typeof import('node:v8') => (loaded ??= process.getBuiltinModule('node:v8'))

const untrusted =
  'give both ends an `authKey`: reviving functions and class instances runs code that the message carries, ' +
  'so they are sent to those only who have proved who they are'

/**
 * @param isTrusted - the other end is authenticated: the codec may be used
 * @throws SerializationError when the value cannot travel
 */
export function encodeValue(value: unknown, isTrusted: boolean): Frame {
  // Most of what is sent often; structured clone would take ten times as long.
  if (typeof value === 'number') {
    const body = Buffer.allocUnsafe(8)
    body.writeDoubleLE(value)
    return { kind: NUMBER, body }
  }
  if (typeof value === 'string' && value.length <= MAX_UTF8 && value.isWellFormed()) {
    return { kind: TEXT, body: Buffer.from(value) }
  }
  const json = typeof value === 'object' && value !== null ? plainJson(value) : undefined
  if (json !== undefined) return { kind: PLAIN, body: Buffer.from(json) }
  const codec = isTrusted ? channelCodec() : undefined
  if (codec !== undefined && isObject(value)) {
    return { kind: VALUE, body: v8().serialize(codec.encode(value, new Set())) }
  }
  try {
    return { kind: DATA, body: v8().serialize(value) }
  } catch (cause) {
    throw new SerializationError(`the value cannot be sent: ${(cause as Error).message}`, {
      cause,
      hint: isTrusted ? undefined : untrusted,
    })
  }
}

/**
 * @returns the value, or a promise when modules have to be imported first
 * @throws SerializationError when the message is damaged, or was sent by one who may not send such
 */
export function decodeValue({ kind, body }: Frame, isTrusted: boolean): unknown {
  if (kind === NUMBER && body.byteLength === 8) return toBuffer(body).readDoubleLE()
  if (kind === TEXT) return toBuffer(body).toString()
  // Nothing but these three is read at all: what is not known here must not be taken for what the codec revives.
  if (kind !== PLAIN && kind !== DATA && kind !== VALUE) {
    throw new SerializationError(
      `the message is damaged: it is of kind ${kind}, which no version of manyhands that is known here sends`,
    )
  }
  if (kind === VALUE && !isTrusted) {
    throw new SerializationError(
      'a message that may hold code came from a peer that is not authenticated: it was not read',
      { hint: untrusted },
    )
  }
  let value: unknown
  try {
    value = kind === PLAIN ? JSON.parse(toBuffer(body).toString()) : v8().deserialize(body)
  } catch (cause) {
    throw new SerializationError(`the message is damaged: ${(cause as Error).message}`, { cause })
  }
  if (kind !== VALUE) return value
  const codec = channelCodec()
  if (codec === undefined) {
    throw new SerializationError('the message holds functions or class instances, which nothing here can revive', {
      hint: "start a worker of '@manyhands/pool' here first: it installs what revives them",
    })
  }
  return codec.decode(value as object)
}

function toBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

function isObject(value: unknown): boolean {
  return (typeof value === 'object' && value !== null) || typeof value === 'function' || typeof value === 'symbol'
}
