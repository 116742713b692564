import { InvalidStateError } from '@manyhands/base'
import type { Parties } from '../party/parties.ts'
import type { Steps, Wake } from '../waiting/steps.ts'
import type { Words } from '../waiting/words.ts'

/** Waiters of one condition. Larger: more memory. */
export const MAX_WAITERS = 1024
const HEAD = 2
export const WAIT_LIST_BYTES = (HEAD + MAX_WAITERS) * 4

const GONE = 0
const WAITING = 1

/** What a condition asks of its lock. */
export interface ConditionLock {
  /** Lets go of it wholly, however often it was acquired. */
  releaseAll(): number
  /** Acquires it again, as often as it was; without giving up. */
  reacquire(depth: number): Steps<void>
}

/**
 * Those who wait for a condition, in order. All is done by whoever holds the lock of the condition, except waiting
 * itself.
 *
 * | word | |
 * |---|---|
 * | `SERVED` | waiters with a ticket below were notified |
 * | `ISSUED` | the next ticket |
 * | places | bits 0..1: 1 waiting, 0 gone; 2..31 the party; that of a ticket is at ticket mod the length |
 *
 * Each change takes effect by one store, so a party that dies while it holds the lock leaves the list whole. Who waits
 * and dies, or gives up, is passed over: a notification goes to somebody who is there.
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
   * Lets go of the lock, waits for a notification, and has the lock again at the end.
   *
   * @returns false when it gave up before it was notified
   * @throws InvalidStateError when too many wait
   */
  *wait(lock: ConditionLock): Steps<boolean> {
    const words = this.#words
    const ticket = this.#enter()
    const depth = lock.releaseAll()
    let over = false
    for (;;) {
      const served = words.load(this.#served)
      if (isBefore(ticket, served)) break
      if ((over = yield { index: this.#served, expected: served })) break
    }
    yield* lock.reacquire(depth)
    if (!over || isBefore(ticket, words.load(this.#served))) return true
    this.#leave(ticket)
    return false
  }

  /** Notifies up to `count` of those who wait. */
  notify(count: number): void {
    const issued = this.#words.load(this.#issued)
    let served = this.#words.load(this.#served)
    for (let notified = 0; served !== issued && notified < count; served = (served + 1) | 0) {
      const place = this.#words.load(this.#at(served))
      if ((place & 3) === WAITING && !this.#parties.isDead(place)) notified++
    }
    this.#words.store(this.#served, served)
    // All: who has which ticket the system does not know.
    this.#wake(this.#served, Infinity)
  }

  #enter(): number {
    const words = this.#words
    let served = words.load(this.#served)
    const ticket = words.load(this.#issued)
    // Who gave up is passed over only by a notification: there may have been none for long.
    while (served !== ticket && (words.load(this.#at(served)) & 3) === GONE) served = (served + 1) | 0
    if (((ticket - served) | 0) >= MAX_WAITERS) {
      throw new InvalidStateError(`more than ${MAX_WAITERS} wait for one condition`)
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

/** For tickets that wrap around. */
function isBefore(a: number, b: number): boolean {
  return ((a - b) | 0) < 0
}
