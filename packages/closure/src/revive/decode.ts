import { SerializationError } from '@manyhands/base'
import type { Packed } from '../protocol/message.ts'
import { unpack } from './unpack.ts'

/** Revives what the `encode` of a codec made. */
export function decode(encoded: object): unknown {
  if (!Array.isArray(encoded)) return unpack(encoded as Packed)
  if (encoded.length === 1) return encoded[0] as unknown
  throw new SerializationError('the message is damaged: it is neither plain data nor packed')
}
