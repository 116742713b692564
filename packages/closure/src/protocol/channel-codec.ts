import type { Across, Codec } from '@manyhands/base'
import { encodePlain, SPECIAL } from './encode-plain.ts'
import type { Packed } from './message.ts'

export interface Packer {
  /** Packs a value into the message whose objects are `message`; undefined when it shares one with them. */
  pack(value: unknown, message: Set<object>): Packed | undefined
  /** Packs what was thrown, without what cannot travel. */
  packFailure(thrown: unknown): Packed
}

/**
 * The codec of a channel: plain data travels as `[value]`, everything else packed.
 *
 * @param loadPacker - called once, when the first value has to be packed
 */
export function channelCodec(across: Across, loadPacker: () => Packer, decode: Codec['decode']): Codec {
  let packer: Packer | undefined
  return {
    encode(value, message) {
      const plain = encodePlain(value, message, across)
      return plain === SPECIAL ? (packer ??= loadPacker()).pack(value, message) : plain
    },
    encodeFailure: thrown => (packer ??= loadPacker()).packFailure(thrown),
    decode,
  }
}
