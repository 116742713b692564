import type { Across, Codec } from '@manyhands/base'
import { encodePlain, SPECIAL } from './encode-plain.ts'
import type { Packed } from './message.ts'

/** Packs a value into the message whose objects are `message`; undefined when it shares one with them. */
export type Packer = (value: unknown, message: Set<object>) => Packed | undefined

/**
 * The codec of a channel: plain data travels as `[value]`, everything else packed.
 *
 * @param loadPacker - called once, when the first value has to be packed
 */
export function channelCodec(across: Across, loadPacker: () => Packer, decode: Codec['decode']): Codec {
  let pack: Packer | undefined
  return {
    encode(value, message) {
      const plain = encodePlain(value, message, across)
      return plain === SPECIAL ? (pack ??= loadPacker())(value, message) : plain
    },
    decode,
  }
}
