import type { Across, Codec } from '@manyhands/base'
import lazy from '#lazy'
import { encodePlain, SPECIAL } from '../protocol/encode-plain.ts'
import { decode } from './decode.ts'

/**
 * The codec of a channel, for the side that mostly receives: what packs values is loaded when the first one has to be
 * packed, because loading it takes as long as everything else that a worker needs of this package.
 */
export function createCodec({ across }: { readonly across: Across }): Codec {
  let full: Codec | undefined
  return {
    encode(value, message) {
      if (full === undefined) {
        const plain = encodePlain(value, message, across)
        if (plain !== SPECIAL) return plain
        full = lazy.packing().createCodec({ across })
      }
      return full.encode(value, message)
    },
    decode,
  }
}
