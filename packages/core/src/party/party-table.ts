import { InvalidStateError } from '@manyhands/base'
import type { Words } from '../waiting/words.ts'
import { type Liveness, START_TIME_BITS } from './liveness.ts'
import type { Parties } from './parties.ts'

/**
 * The number of slots. Slot 0 is never used, so that the bits of a party are never 0. Larger: more memory in each
 * primitive, and a longer search.
 */
export const PARTY_SLOTS = 128
export const PARTY_TABLE_BYTES = PARTY_SLOTS * 16

const PID_BITS = 22
const GENERATION_BITS = 16
const FREE = 0n
const DEAD = 1n << 48n

/**
 * The threads and processes that use a primitive, each in a slot of its own.
 *
 * Each slot is two 64-bit words:
 *
 * | word | bits | |
 * |---|---|---|
 * | process | 0..21 | process id; 0 in a word that was never used |
 * | | 22..37 | generation: counts the parties that have used the slot |
 * | | 38..63 | start time of the process |
 * | thread | 0..31 | thread id |
 * | | 32..47 | the generation for which this word was written |
 * | | 48 | the thread has exited, but its process is still running |
 *
 * A slot changes owner by one compare-and-exchange on the first word, so a party cannot die halfway. Only unused slots
 * and slots of dead parties are taken. After that, the generation in the lock words of that party differs from the
 * generation of the slot, which also means that the party is dead. The second word is valid only together with the
 * first: where their generations differ it was not written yet, and the party holds no lock yet.
 */
export class PartyTable implements Parties {
  readonly #words: Words
  readonly #first: number
  readonly #live: Liveness
  #mine = 0

  /** @param first - index of the table's first 64-bit word */
  constructor(words: Words, first: number, live: Liveness) {
    this.#words = words
    this.#first = first
    this.#live = live
  }

  /** @throws InvalidStateError when all slots belong to parties that are alive */
  me(): number {
    if (this.#mine === 0) this.#mine = this.#findOwn() ?? this.#claim()
    return this.#mine
  }

  isDead(bits: number): boolean {
    const at = this.#at((bits >>> 2) & 0x3fff)
    const word = this.#words.load64(at)
    return generationOf(word) !== bits >>> 16 || this.#isGone(at, word)
  }

  /** Marks all slots of a thread of this process as dead. */
  markThreadDead(threadId: number): void {
    for (let slot = 1; slot < PARTY_SLOTS; slot++) {
      const at = this.#at(slot)
      if (!this.#isOurProcess(this.#words.load64(at))) continue
      const thread = this.#words.load64(at + 1)
      if (threadOf(thread) === threadId) this.#words.compareExchange64(at + 1, thread, thread | DEAD)
    }
  }

  /** Finds the slot that this thread took earlier, through an object that was collected since. */
  #findOwn(): number | undefined {
    for (let slot = 1; slot < PARTY_SLOTS; slot++) {
      const word = this.#words.load64(this.#at(slot))
      if (!this.#isOurProcess(word)) continue
      const thread = this.#words.load64(this.#at(slot) + 1)
      if (threadOf(thread) === this.#live.threadId && isFor(thread, word)) return bitsOf(slot, generationOf(word))
    }
    return undefined
  }

  /** Takes an unused slot first, then the slot of a dead party: detecting dead parties takes longer. */
  #claim(): number {
    for (const takesFromDead of [false, true]) {
      for (let slot = 1; slot < PARTY_SLOTS; slot++) {
        const at = this.#at(slot)
        const word = this.#words.load64(at)
        if (word !== FREE && !(takesFromDead && this.#isGone(at, word))) continue
        const generation = (generationOf(word) + 1) & 0xffff
        const { pid, startTime, threadId } = this.#live
        const own =
          BigInt(pid) |
          (BigInt(generation) << BigInt(PID_BITS)) |
          (BigInt(startTime) << BigInt(PID_BITS + GENERATION_BITS))
        if (this.#words.compareExchange64(at, word, own) !== word) continue
        this.#words.store64(at + 1, BigInt(threadId) | (BigInt(generation) << 32n))
        return bitsOf(slot, generation)
      }
    }
    throw new InvalidStateError(
      `more than ${PARTY_SLOTS - 1} threads and processes, all of them alive, have used one primitive: ` +
        'use fewer workers at a time (maxWorkers), or one primitive for each group of them',
    )
  }

  #isGone(at: number, word: bigint): boolean {
    const thread = this.#words.load64(at + 1)
    const known = isFor(thread, word)
    if (known && (thread & DEAD) !== 0n) return true
    if (this.#isOurProcess(word)) return known && this.#live.isThreadDead(threadOf(thread))
    return this.#live.isProcessDead(pidOf(word), startTimeIn(word))
  }

  #isOurProcess(word: bigint): boolean {
    return pidOf(word) === this.#live.pid && startTimeIn(word) === this.#live.startTime
  }

  #at(slot: number): number {
    return this.#first + slot * 2
  }
}

function bitsOf(slot: number, generation: number): number {
  return (generation << 16) | (slot << 2)
}

function pidOf(word: bigint): number {
  return Number(word & 0x3f_ffffn)
}

function generationOf(word: bigint): number {
  return Number((word >> BigInt(PID_BITS)) & 0xffffn)
}

function startTimeIn(word: bigint): number {
  return Number(BigInt.asUintN(START_TIME_BITS, word >> BigInt(PID_BITS + GENERATION_BITS)))
}

function threadOf(thread: bigint): number {
  return Number(thread & 0xffff_ffffn)
}

function isFor(thread: bigint, word: bigint): boolean {
  return Number((thread >> 32n) & 0xffffn) === generationOf(word)
}
