import { describeValue } from '@manyhands/base'

/** What both ends have to know. Text stands for its UTF-8 bytes. */
export type AuthKey = string | Uint8Array

/** @throws TypeError, RangeError unless it is a key, or undefined */
export function toKeyBytes(key: unknown): Uint8Array | undefined {
  if (key === undefined) return undefined
  if (typeof key !== 'string' && !(key instanceof Uint8Array)) {
    throw new TypeError(`authKey must be a string or a Uint8Array, got ${describeValue(key)}`)
  }
  if (key.length === 0) throw new RangeError('authKey must not be empty')
  return typeof key === 'string' ? Buffer.from(key) : key.slice()
}
