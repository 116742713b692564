import { checkInteger, checkOptionNames, describeValue, isDetached } from '@manyhands/base'
import type { SendBytesOptions } from './connection-options.ts'

/** A view of the same bytes. @throws TypeError when `source` has no bytes */
export function toBytes(name: string, source: unknown): Uint8Array {
  if (typeof source === 'object' && source !== null && !isDetached(source)) {
    if (ArrayBuffer.isView(source)) return new Uint8Array(source.buffer, source.byteOffset, source.byteLength)
    if (source instanceof ArrayBuffer || source instanceof SharedArrayBuffer) return new Uint8Array(source)
  }
  throw new TypeError(`${name} must be a typed array, a DataView or a buffer, got ${describeValue(source)}`)
}

/** The part of `bytes` that `Connection.sendBytes` is to send. @throws TypeError, RangeError for bad options */
export function selectBytes(bytes: unknown, options: SendBytesOptions): Uint8Array {
  checkOptionNames('Connection.sendBytes', options, ['offset', 'size'])
  const all = toBytes('bytes', bytes)
  const { offset = 0, size = all.length - offset } = options
  checkInteger('offset', offset, 0)
  if (offset > all.length) {
    throw new RangeError(`offset must be at most ${all.length}, the length of the bytes, got ${offset}`)
  }
  checkInteger('size', size, 0)
  if (offset + size > all.length) {
    throw new RangeError(
      `offset + size must be at most ${all.length}, the length of the bytes, got ${offset} + ${size}`,
    )
  }
  return all.subarray(offset, offset + size)
}
