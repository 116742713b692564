import { InvalidStateError } from '@manyhands/base'
import type { Parties } from '../party/parties.ts'
import type { Steps } from '../waiting/steps.ts'
import type { Wake } from '../waiting/waiter.ts'
import type { Words } from '../waiting/words.ts'

/** Waiters of one condition. Larger: more memory. */
export const MAX_WAITERS = 1024
const HEAD = 2
export const WAIT_LIST_BYTES = (HEAD + MAX_WAITERS) * 4

const GONE = 0
const WAITING = 1

/** The lock as a condition uses it. */
export interface ConditionLock {
  /**
   * Releases the lock completely, however often it was acquired.
   *
   * @returns acquires it again, as the same hold, which its guards release; never gives up
   */
  suspend(): () => Steps<void>
}

/**
 * The waiters of a condition, in order. All operations except the waiting itself run while the lock of the condition is
 * held.
 *
 * | word | |
 * |---|---|
 * | `SERVED` | waiters with a ticket below were notified |
 * | `ISSUED` | the next ticket |
 * | places | bits 0..1: 1 waiting, 0 gone; 2..31 the party, see {@link Parties} |
 *
 * The place of a ticket is at ticket mod the length. Each change takes effect by one store, so a party that dies while
 * it holds the lock leaves the list consistent. Notifications skip a waiter that has died or given up.
 */
export class WaitList {
  readonly #words: Words
  readonly #served: number
  readonly #issued: number
  readonly #places: number
  readonly #parties: Parties
  readonly #wake: Wake

  /** @param first - index of the first word */
  constructor(words: Words, first: number, parties: Parties, wake: Wake) {
    this.#words = words
    this.#served = first
    this.#issued = first + 1
    this.#places = first + HEAD
    this.#parties = parties
    this.#wake = wake
  }

  /**
   * Releases the lock, waits for a notification, and acquires the lock again.
   *
   * @returns false when the wait was given up before a notification
   * @throws InvalidStateError when there are too many waiters
   */
  *wait(lock: ConditionLock): Steps<boolean> {
    const words = this.#words
    const ticket = this.#enter()
    const resume = lock.suspend()
    let over = false
    for (;;) {
      const served = words.load(this.#served)
      if (isBefore(ticket, served)) break
      if ((over = yield { index: this.#served, expected: served })) break
    }
    yield* resume()
    if (!over || isBefore(ticket, words.load(this.#served))) return true
    this.#leave(ticket)
    return false
  }

  /** Notifies up to `count` waiters. */
  notify(count: number): void {
    const issued = this.#words.load(this.#issued)
    let served = this.#words.load(this.#served)
    for (let notified = 0; served !== issued && notified < count; served = (served + 1) | 0) {
      const place = this.#words.load(this.#at(served))
      if ((place & 3) === WAITING && !this.#parties.isDead(place)) notified++
    }
    this.#words.store(this.#served, served)
    // Wake all: the system cannot wake the owner of a single ticket.
    this.#wake(this.#served, Infinity)
  }

  #enter(): number {
    const words = this.#words
    let served = words.load(this.#served)
    const ticket = words.load(this.#issued)
    // Only notifications skip waiters that gave up, and there may not have been one for a long time.
    while (served !== ticket && (words.load(this.#at(served)) & 3) === GONE) served = (served + 1) | 0
    if (((ticket - served) | 0) >= MAX_WAITERS) {
      throw new InvalidStateError(`more than ${MAX_WAITERS} calls wait for one condition`)
    }
    words.store(this.#served, served)
    words.store(this.#at(ticket), this.#parties.me() | WAITING)
    words.store(this.#issued, (ticket + 1) | 0)
    return ticket
  }

  #leave(ticket: number): void {
    this.#words.store(this.#at(ticket), GONE)
    for (;;) {
      const last = (this.#words.load(this.#issued) - 1) | 0
      if (isBefore(last, this.#words.load(this.#served)) || (this.#words.load(this.#at(last)) & 3) !== GONE) return
      this.#words.store(this.#issued, last)
    }
  }

  #at(ticket: number): number {
    return this.#places + ((ticket >>> 0) % MAX_WAITERS)
  }
}

/** Compares tickets, which wrap around. */
function isBefore(a: number, b: number): boolean {
  return ((a - b) | 0) < 0
}
