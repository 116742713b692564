/**
 * The parties of a primitive, as the algorithms see them.
 *
 * A party is a thread of some process. A lock word names its owner by the party's bits: bits 2..15 the slot in the
 * party table, bits 16..31 the generation of that slot. Bits 0 and 1 are free for the state of the word, and are
 * ignored here.
 */
export interface Parties {
  /** The bits of this thread, which gets a slot at the first call. */
  me(): number
  /** True only when the party has certainly exited, so that its locks may be taken over. Costs up to 15 us. */
  isDead(bits: number): boolean
}

/** The bits of a word that name its party. */
export const PARTY_MASK = ~3
