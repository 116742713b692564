import { checkInteger, checkOptionNames, describeValue, InvalidStateError, MessageTooLongError } from '@manyhands/base'
import { BYTES, type Frame } from './frames.ts'
import type { SendBytesOptions } from './options.ts'

/** The bytes of a typed array, a DataView or a buffer. @throws TypeError for anything else */
export function toBytes(name: string, source: unknown): Uint8Array {
  if (ArrayBuffer.isView(source)) return new Uint8Array(source.buffer, source.byteOffset, source.byteLength)
  if (source instanceof ArrayBuffer || source instanceof SharedArrayBuffer) return new Uint8Array(source)
  throw new TypeError(`${name} must be a typed array, a DataView or a buffer, got ${describeValue(source)}`)
}

/**
 * The part of `bytes` that `sendBytes` is to send.
 *
 * @throws TypeError for what has no bytes; RangeError for an offset or size that is outside of them
 */
export function bytesToSend(bytes: ArrayBufferView | ArrayBufferLike, options: SendBytesOptions): Uint8Array {
  checkOptionNames('Connection.sendBytes', options, ['offset', 'size'])
  const all = toBytes('bytes', bytes)
  const { offset = 0, size = all.length - offset } = options
  const most = `at most ${all.length}, the length of the bytes`
  checkInteger('offset', offset, 0)
  if (offset > all.length) throw new RangeError(`offset must be ${most}, got ${offset}`)
  checkInteger('size', size, 0)
  if (offset + size > all.length) throw new RangeError(`offset + size must be ${most}, got ${offset} + ${size}`)
  return all.subarray(offset, offset + size)
}

/** @throws InvalidStateError when the message is a value; MessageTooLongError when it is too long */
export function checkBytes({ kind, body }: Frame, maxLength: number | undefined): void {
  if (kind !== BYTES) throw new InvalidStateError('the next message is a value: take it with recv')
  if (maxLength !== undefined && body.length > maxLength) throw new MessageTooLongError(body.length, maxLength)
}
