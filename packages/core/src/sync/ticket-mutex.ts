import type { Parties } from '../party/parties.ts'
import type { Steps, Wake } from '../waiting/steps.ts'
import type { Words } from '../waiting/words.ts'
import { ACQUIRED, type Acquired, GAVE_UP, type MutexAlgorithm, OWNER_DIED } from './mutex.ts'

/** Waiters that have a place in the line. Larger: more memory; smaller: more of them wait for a place, out of order. */
export const LINE_LENGTH = 128
/** 64-bit words that come first: `SERVING` and `HINT`, `DIED` and one that is not used. */
const HEAD = 2
export const TICKET_MUTEX_BYTES = (HEAD + LINE_LENGTH) * 8

const WAITING = 1n
const ABANDONED = 2n

/**
 * A lock that is handed over in order.
 *
 * | word | |
 * |---|---|
 * | `SERVING` | the ticket whose owner holds the lock, if it was taken |
 * | `HINT` | no ticket below was free a moment ago |
 * | `DIED` | 1: an owner died and the next one has not been told |
 * | line, 64 bits each | bits 0..1: 1 taken, 2 given up; 2..31 the party; 32..63 the ticket, at ticket mod the length |
 *
 * A ticket is taken by one compare-and-exchange on its place, and passed over by one on `SERVING`: by its owner's
 * release, or by anyone who sees that it was given up or that its owner is dead. So nobody can die halfway. Tickets
 * wrap around at 2^32.
 */
export class TicketMutex implements MutexAlgorithm {
  readonly #words: Words
  readonly #parties: Parties
  readonly #wake: Wake
  readonly #serving: number
  readonly #hint: number
  readonly #died: number
  readonly #line: number

  /** @param first - index of the first 64-bit word */
  constructor(words: Words, first: number, parties: Parties, wake: Wake) {
    this.#words = words
    this.#parties = parties
    this.#wake = wake
    this.#serving = first * 2
    this.#hint = first * 2 + 1
    this.#died = first * 2 + 2
    this.#line = first + HEAD
  }

  tryAcquire(): boolean {
    const ticket = this.#words.load(this.#serving)
    const place = this.#words.load64(this.#at(ticket))
    return isFree(place, ticket) && this.#take(ticket, place)
  }

  /** It would be out of order. */
  spin(): boolean {
    return false
  }

  *acquire(): Steps<Acquired> {
    let ticket: number | undefined
    while ((ticket = this.#nextTicket()) === undefined) {
      if (yield { index: this.#serving, expected: this.#words.load(this.#serving) }) return GAVE_UP
    }
    let waitedFor: number | undefined
    for (;;) {
      const serving = this.#words.load(this.#serving)
      if (serving === ticket) return this.#words.compareExchange(this.#died, 1, 0) === 1 ? OWNER_DIED : ACQUIRED
      const place = this.#words.load64(this.#at(serving))
      if (isTaken(place, serving)) {
        if (stateOf(place) === ABANDONED) {
          this.#pass(serving)
          continue
        }
        if (waitedFor === serving && this.#parties.isDead(partyOf(place))) {
          this.#words.store(this.#died, 1)
          this.#pass(serving)
          continue
        }
      }
      waitedFor = serving
      if (yield { index: this.#serving, expected: serving }) return this.#giveUp(ticket)
    }
  }

  release(): boolean {
    const serving = this.#words.load(this.#serving)
    const place = this.#words.load64(this.#at(serving))
    if (!isTaken(place, serving) || stateOf(place) !== WAITING || !this.#pass(serving)) return false
    this.#passAbandoned()
    return true
  }

  releaseOwn(): boolean {
    return this.isHeldHere() && this.release()
  }

  isHeld(): boolean {
    return this.#owner() !== undefined
  }

  isHeldHere(): boolean {
    return this.#owner() === this.#parties.me()
  }

  isAbandoned(): boolean {
    const owner = this.#owner()
    return owner !== undefined && this.#parties.isDead(owner)
  }

  #owner(): number | undefined {
    const serving = this.#words.load(this.#serving)
    const place = this.#words.load64(this.#at(serving))
    return isTaken(place, serving) && stateOf(place) === WAITING ? partyOf(place) : undefined
  }

  /** Undefined when all places are taken. */
  #nextTicket(): number | undefined {
    for (let ticket = this.#words.load(this.#hint); ;) {
      const serving = this.#words.load(this.#serving)
      if (((ticket - serving) | 0) < 0) ticket = serving
      if (((ticket - serving) | 0) >= LINE_LENGTH) return undefined
      const place = this.#words.load64(this.#at(ticket))
      if (isTaken(place, ticket)) {
        ticket = (ticket + 1) | 0
      } else if (!isFree(place, ticket)) {
        ticket = this.#words.load(this.#hint) // the line has gone round since we looked
      } else if (this.#take(ticket, place)) {
        this.#words.store(this.#hint, (ticket + 1) | 0)
        return ticket
      }
    }
  }

  #take(ticket: number, place: bigint): boolean {
    return this.#words.compareExchange64(this.#at(ticket), place, taken(ticket, this.#parties.me())) === place
  }

  #giveUp(ticket: number): Acquired {
    const own = taken(ticket, this.#parties.me())
    // It is ours, so nobody else changes it.
    this.#words.compareExchange64(this.#at(ticket), own, (own & ~3n) | ABANDONED)
    this.#passAbandoned()
    return GAVE_UP
  }

  #passAbandoned(): void {
    for (;;) {
      const serving = this.#words.load(this.#serving)
      const place = this.#words.load64(this.#at(serving))
      if (!isTaken(place, serving) || stateOf(place) !== ABANDONED) return
      this.#pass(serving)
    }
  }

  #pass(serving: number): boolean {
    if (this.#words.compareExchange(this.#serving, serving, (serving + 1) | 0) !== serving) return false
    // All: only the next in line can go on, and who that is the system does not know.
    this.#wake(this.#serving, Infinity)
    return true
  }

  #at(ticket: number): number {
    return this.#line + ((ticket >>> 0) % LINE_LENGTH)
  }
}

function taken(ticket: number, party: number): bigint {
  return (BigInt(ticket >>> 0) << 32n) | BigInt(party >>> 0) | WAITING
}

function isTaken(place: bigint, ticket: number): boolean {
  return stateOf(place) !== 0n && Number(place >> 32n) === ticket >>> 0
}

/**
 * What lies there is of an earlier round. A later one says that `ticket` was passed over in the meantime, and that the
 * place is somebody's.
 */
function isFree(place: bigint, ticket: number): boolean {
  return stateOf(place) === 0n || ((Number(place >> 32n) - ticket) | 0) < 0
}

function stateOf(place: bigint): bigint {
  return place & 3n
}

function partyOf(place: bigint): number {
  return Number(place & 0xffff_fffcn) | 0
}
