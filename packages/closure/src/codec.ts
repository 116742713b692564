import type { Across, Codec } from '@manyhands/base'
import type { FactsCache } from './encode/function-reader.ts'
import { packWith } from './encode/pack.ts'
import { encodePlain, SPECIAL } from './protocol/encode-plain.ts'
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
  // A message is made in one go: what is read of a function holds for all of it.
  const factsByMessage = new WeakMap<Set<object>, FactsCache>()
  const factsOf = (message: Set<object>): FactsCache => {
    let facts = factsByMessage.get(message)
    if (facts === undefined) factsByMessage.set(message, (facts = new Map()))
    return facts
  }
  return {
    encode(value, message) {
      const plain = encodePlain(value, message, across)
      if (plain !== SPECIAL) return plain
      const { packed, encoder } = packWith(value, { across, refresh: false, facts: factsOf(message) })
      if (!message.isDisjointFrom(encoder.raw)) {
        encoder.discard()
        return undefined
      }
      for (const object of encoder.raw) message.add(object)
      return packed
    },
    decode,
  }
}
