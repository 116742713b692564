import { SerializationError } from '@manyhands/base'
import type { Frame } from '../connection/frames.ts'
import { decodeValue, encodeValue, isUtf8, toBuffer, ValueKind, type ValueRules } from './encode-value.ts'

const hint =
  'give both ends an `authKey`: functions and class instances are sent to authenticated peers only, ' +
  'because reviving them runs code that the message carries'
const trusted: ValueRules = { name: 'message', isTrusted: true }
const untrusted: ValueRules = { name: 'message', isTrusted: false, hint }
const nothing = new Uint8Array(0)

/**
 * Turns a value into a frame of a connection.
 *
 * @param isTrusted - the other end is authenticated: the codec may be used
 * @throws SerializationError when the value cannot be sent
 */
export function encodeFrame(value: unknown, isTrusted: boolean): Frame {
  // Most messages are numbers or strings; structured clone would take ten times as long.
  if (typeof value === 'number') {
    const body = Buffer.allocUnsafe(8)
    body.writeDoubleLE(value)
    return { kind: ValueKind.number, body }
  }
  if (typeof value === 'string' && isUtf8(value)) return { kind: ValueKind.utf8, body: Buffer.from(value) }
  const { kind, bytes } = encodeValue(value, isTrusted ? trusted : untrusted)
  return { kind, body: bytes ?? nothing }
}

/**
 * @returns the value, or a promise when modules have to be imported first
 * @throws SerializationError when the message is damaged, or may contain code and its sender is not authenticated
 */
export function decodeFrame({ kind, body }: Frame, isTrusted: boolean): unknown {
  if (kind === ValueKind.number && body.byteLength === 8) return toBuffer(body).readDoubleLE()
  if (kind === ValueKind.encoded && !isTrusted) {
    throw new SerializationError(
      'a message that may contain code came from an unauthenticated peer: it was not decoded',
      {
        hint,
      },
    )
  }
  return decodeValue(kind, body, isTrusted ? trusted : untrusted)
}
