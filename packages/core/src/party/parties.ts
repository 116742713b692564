/**
 * The parties of a primitive, as the algorithms see them.
 *
 * A party is a thread of some process. Its bits are how a lock word names its owner: bits 2..15 the slot in the
 * party table, bits 16..31 the generation of that slot. Bits 0 and 1 are free for the state of the word, and are
 * ignored here.
 */
export interface Parties {
  /** The bits of this thread. It gets a slot when it is first asked. */
  me(): number
  /** True only when the party is certainly gone, so that what it holds may be taken over. Costs up to 15 us. */
  isDead(bits: number): boolean
}

/** The bits of a word that stand for its party. */
export const PARTY_MASK = ~3
