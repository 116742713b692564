import { SerializationError } from '@manyhands/core'
import type { Across, Codec } from '@manyhands/core'
import type { FactsCache } from './main/function-reader.ts'
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
  // A message is made in one go: what is read of a function holds for all of it.
  const factsByMessage = new WeakMap<Set<object>, FactsCache>()
  const factsOf = (message: Set<object>): FactsCache => {
    let facts = factsByMessage.get(message)
    if (facts === undefined) factsByMessage.set(message, (facts = new Map()))
    return facts
  }
  return {
    encode(value, message) {
      if (typeof value === 'object' && value !== null) {
        let repeated = false
        // Met before in this walk: a cycle, or one object in two places. Otherwise it belongs to an earlier value of the message.
        const walk = new PlainWalk({ seen: message, across, mayMeet: (met, own) => own.hasAdded(met) || ((repeated = true), false) })
        if (walk.isPlain(value)) return [value]
        walk.undo()
        if (repeated) return undefined
      }
      const { packed, encoder } = packWith(value, { across, refresh: false, facts: factsOf(message) })
      if (!message.isDisjointFrom(encoder.raw)) return undefined
      for (const object of encoder.raw) message.add(object)
      return packed
    },
    decode(encoded) {
      if (Array.isArray(encoded) && encoded.length === 1) return encoded[0] as unknown
      if (Array.isArray(encoded)) throw new SerializationError('the message is damaged: it is neither plain data nor packed')
      return unpack(encoded as Packed)
    },
  }
}
