import type { Parties } from '../party/parties.ts'
import type { Steps } from '../waiting/steps.ts'
import type { Wake } from '../waiting/waiter.ts'
import type { Words } from '../waiting/words.ts'
import { ACQUIRED, type Acquired, WAIT_ENDED, type MutexAlgorithm, OWNER_DIED } from './mutex.ts'

/** Waiters that have a place in the line. Larger: more memory; smaller: more waiters wait for a place, out of order. */
export const LINE_LENGTH = 128
/** 64-bit words before the line: `SERVING` and `HINT`, `DIED` and an unused 32-bit word. */
const HEAD = 2
export const TICKET_MUTEX_BYTES = (HEAD + LINE_LENGTH) * 8

const WAITING = 1n
const ABANDONED = 2n

/**
 * A lock that is granted in order.
 *
 * | word | |
 * |---|---|
 * | `SERVING` | the ticket whose owner holds the lock, if it was taken |
 * | `HINT` | no ticket below this was free a moment ago |
 * | `DIED` | 1: an owner died, and the next owner has not taken this mark yet |
 * | line, 64 bits each | bits 0..1: 1 taken, 2 given up; 2..31 the party, see {@link Parties}; 32..63 the ticket |
 *
 * The place of a ticket in the line is at ticket mod the length. A ticket is taken by one compare-and-exchange on its
 * place. One on `SERVING` moves past it: in its owner's release, or in any thread that finds it given up or its owner
 * dead. So no step can be left incomplete. Tickets wrap around at 2^32.
 */
export class TicketMutex implements MutexAlgorithm {
  readonly #words: Words
  readonly #parties: Parties
  readonly #wake: Wake
  readonly #serving: number
  readonly #hint: number
  readonly #died: number
  readonly #line: number
  /** Of the last hold that has begun here. A ticket that is served is not held before its waiter continues. */
  #held: number | undefined

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
    if (!isFree(place, ticket) || !this.#take(ticket, place)) return false
    this.#held = ticket
    return true
  }

  /** Does not spin: it would be out of order. */
  spin(): boolean {
    return false
  }

  *acquire(): Steps<Acquired> {
    // Take a ticket. If the line is full, wait until it moves.
    let ticket: number | undefined
    while ((ticket = this.#nextTicket()) === undefined) {
      if (yield { index: this.#serving, expected: this.#words.load(this.#serving) }) return WAIT_ENDED
    }
    let waitedFor: number | undefined
    for (;;) {
      const serving = this.#words.load(this.#serving)
      // Our ticket is served: the lock is ours. Take over the mark that an owner before us has died.
      if (serving === ticket) {
        this.#held = ticket
        return this.#words.compareExchange(this.#died, 1, 0) === 1 ? OWNER_DIED : ACQUIRED
      }
      const place = this.#words.load64(this.#at(serving))
      if (isTaken(place, serving)) {
        // Its waiter has given up: serve the next ticket.
        if (stateOf(place) === ABANDONED) {
          this.#pass(serving)
          continue
        }
        // The same ticket as before the last wait: its owner may have died. Mark that first, then serve the next one,
        // so that the new owner sees the mark.
        if (waitedFor === serving && this.#parties.isDead(partyOf(place))) {
          this.#words.store(this.#died, 1)
          this.#pass(serving)
          continue
        }
      }
      // Sleep until another ticket is served.
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
    return this.#words.load(this.#serving) === this.#held && this.#owner() === this.#parties.me()
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

  /** The next ticket; undefined when all places are taken. */
  #nextTicket(): number | undefined {
    for (let ticket = this.#words.load(this.#hint); ;) {
      const serving = this.#words.load(this.#serving)
      if (((ticket - serving) | 0) < 0) ticket = serving
      if (((ticket - serving) | 0) >= LINE_LENGTH) return undefined
      const place = this.#words.load64(this.#at(ticket))
      if (isTaken(place, ticket)) {
        // Another thread has this ticket: try the next one.
        ticket = (ticket + 1) | 0
      } else if (!isFree(place, ticket)) {
        ticket = this.#words.load(this.#hint) // the line has wrapped around since the hint was read
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
    // The place is ours, so no other thread changes it.
    this.#words.compareExchange64(this.#at(ticket), own, (own & ~3n) | ABANDONED)
    this.#passAbandoned()
    return WAIT_ENDED
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
    // Wake all: only the next in line can continue, and the system cannot wake just that thread.
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
 * True when the place is unused or of an earlier round. A later round means that `ticket` was passed over in the
 * meantime, and the place is taken again.
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
