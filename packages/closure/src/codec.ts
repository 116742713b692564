import type { Across, Codec } from '@manyhands/base'
import type { FactsCache } from './encode/function-reader.ts'
import { packFailure } from './encode/pack-failure.ts'
import { packWith } from './encode/pack.ts'
import { channelCodec, type Packer } from './protocol/channel-codec.ts'
import { decode } from './revive/decode.ts'

/**
 * The codec of a channel between a program and its workers: plain data travels as `[value]`, everything else packed.
 *
 * Classes keep their identity both ways, for as long as they are alive: an instance of a by-value class that went out
 * and came back is `instanceof` it.
 *
 * Decoding executes code that the message carries: use it only on channels whose other end you started, or have
 * authenticated.
 */
export function createCodec({ across }: { readonly across: Across }): Codec {
  return channelCodec(across, () => createPacker(across), decode)
}

/**
 * Packs the values of a channel. A message is made in one go: what is read of a function holds for all of it.
 *
 * @param isAnswer - they go to the thread or process that this one works for
 */
export function createPacker(across: Across, isAnswer = false): Packer {
  const factsByMessage = new WeakMap<Set<object>, FactsCache>()
  return {
    pack(value, message) {
      let facts = factsByMessage.get(message)
      if (facts === undefined) factsByMessage.set(message, (facts = new Map()))
      const { packed, encoder } = packWith(value, { across, refresh: false, facts, isAnswer })
      if (!message.isDisjointFrom(encoder.raw)) {
        encoder.discard()
        return undefined
      }
      for (const object of encoder.raw) message.add(object)
      return packed
    },
    packFailure: thrown => packFailure(thrown, { across, refresh: false }),
  }
}
