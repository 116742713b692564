import { SerializationError } from '@manyhands/core'
import type { Across, Codec } from '@manyhands/core'
import { packWith } from './main/pack.ts'
import { PlainWalk } from './main/plain.ts'
import type { Packed } from './protocol/message.ts'
import { unpack } from './worker/unpack.ts'

/**
 * The codec of a channel between a program and its workers: plain data travels as `[value]`, everything else packed.
 *
 * Classes keep their identity both ways, for as long as they are alive: an instance of a by-value class that went out and came back is `instanceof` it.
 *
 * Decoding executes code that the message carries: use it only on channels whose other end you started, or have authenticated.
 */
export function createCodec({ across }: { readonly across: Across }): Codec {
  return {
    encode(value, message) {
      if (typeof value === 'object' && value !== null) {
        let repeated = false
        const walk = new PlainWalk(message, across, (_met, { added }) => {
          // Met before in this walk: a cycle, or one object in two places. Otherwise it belongs to an earlier value of the message.
          repeated ||= !added.includes(_met)
          return !repeated
        })
        if (walk.isPlain(value)) return [value]
        walk.undo()
        if (repeated) return undefined
      }
      return packWith(value, across).packed
    },
    decode(encoded) {
      if (Array.isArray(encoded) && encoded.length === 1) return encoded[0] as unknown
      if (Array.isArray(encoded)) throw new SerializationError('the message is damaged: it is neither plain data nor packed')
      return unpack(encoded as Packed)
    },
  }
}
