import { describeValue } from '@manyhands/base'

/** The secret that both ends share. A string is used as its UTF-8 bytes. */
export type AuthKey = string | Uint8Array

/** @throws TypeError, RangeError unless `key` is a valid key or undefined */
export function toKeyBytes(key: unknown): Uint8Array | undefined {
  if (key === undefined) return undefined
  if (typeof key !== 'string' && !(key instanceof Uint8Array)) {
    throw new TypeError(`authKey must be a string or a Uint8Array, got ${describeValue(key)}`)
  }
  if (key.length === 0) throw new RangeError('authKey must not be empty')
  return typeof key === 'string' ? Buffer.from(key) : key.slice()
}
