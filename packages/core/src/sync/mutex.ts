import { type Parties, PARTY_MASK } from '../party/parties.ts'
import { spinUntil } from '../waiting/spin.ts'
import type { Steps } from '../waiting/steps.ts'
import type { Wake } from '../waiting/waiter.ts'
import type { Words } from '../waiting/words.ts'

/** How an attempt to acquire a lock has ended. `OWNER_DIED`: acquired, from an owner that died while holding it. */
export const WAIT_ENDED = 0
export const ACQUIRED = 1
export const OWNER_DIED = 2
export type Acquired = typeof WAIT_ENDED | typeof ACQUIRED | typeof OWNER_DIED

const FREE = 0
const HELD = 1
const CONTENDED = 2
const STATE = 3

/** The interface of a mutex, fair or not, for locks, conditions and barriers. */
export interface MutexAlgorithm {
  /** Takes the mutex if it is free. */
  tryAcquire(): boolean
  /** Spins for a moment to take the mutex. */
  spin(): boolean
  acquire(): Steps<Acquired>
  /** @returns false when the mutex is not held */
  release(): boolean
  /** As `release`, but only when this thread holds the mutex. */
  releaseOwn(): boolean
  isHeld(): boolean
  isHeldHere(): boolean
  /** True when the mutex is held by a party that died. */
  isAbandoned(): boolean
}

/** Acquires the mutex even if a limit ends the wait meanwhile, for steps that cannot continue without it. */
export function* acquireAnyway(mutex: MutexAlgorithm): Steps<typeof ACQUIRED | typeof OWNER_DIED> {
  for (;;) {
    const acquired = yield* mutex.acquire()
    if (acquired !== WAIT_ENDED) return acquired
  }
}

/**
 * A lock in one word: Int32. Bits 0..1: 0 free, 1 held, 2 held and perhaps with waiters. Bits 2..31: the bits of the
 * owner, see {@link Parties}.
 *
 * A thread that had to wait acquires it as contended, because it cannot know whether there are other waiters. Source:
 * Drepper, "Futexes Are Tricky", mutex 2; the owner, and what follows from it, after the robust mutexes of POSIX. Not a
 * ticket lock: when the next thread in line is not running, all others stall, which costs 100 times as much under
 * contention; see TicketMutex.
 */
export class Mutex implements MutexAlgorithm {
  readonly #words: Words
  readonly #index: number
  readonly #parties: Parties
  readonly #wake: Wake
  #me = 0

  constructor(words: Words, index: number, parties: Parties, wake: Wake) {
    this.#words = words
    this.#index = index
    this.#parties = parties
    this.#wake = wake
  }

  tryAcquire(): boolean {
    if (this.#me === 0) this.#me = this.#parties.me()
    return this.#words.compareExchange(this.#index, FREE, this.#me | HELD) === FREE
  }

  spin(): boolean {
    return spinUntil(() => this.#words.load(this.#index) === FREE && this.tryAcquire())
  }

  *acquire(): Steps<Acquired> {
    if (this.tryAcquire()) return ACQUIRED
    const words = this.#words
    const index = this.#index
    const mine = this.#me | CONTENDED
    /** The word at the last wait. If it is still the same, the owner may be dead. */
    let waitedFor = FREE
    for (;;) {
      const word = words.load(index)
      // Released in the meantime: try to take it as contended, because there may be other waiters.
      if (word === FREE) {
        if (words.compareExchange(index, FREE, mine) === FREE) return ACQUIRED
        continue
      }
      // Mark the word as contended, so that the owner's release wakes a waiter. If that fails, the word has changed.
      const contended = (word & PARTY_MASK) | CONTENDED
      if (word !== contended && words.compareExchange(index, word, contended) !== word) continue
      // The same owner as before the last wait: it may have died. Then take over its lock; exactly one waiter succeeds.
      if (waitedFor === contended && this.#parties.isDead(contended)) {
        if (words.compareExchange(index, contended, mine) === contended) return OWNER_DIED
        continue
      }
      // Sleep until the word changes. A waiter that gives up leaves the mark, which costs one unnecessary wake-up.
      waitedFor = contended
      if (yield { index, expected: contended }) return WAIT_ENDED
    }
  }

  release(): boolean {
    const mine = this.#me | HELD
    // The common case: held here, without waiters.
    if (this.#words.compareExchange(this.#index, mine, FREE) === mine) return true
    // Contended, or held by another thread: free it as it is, and wake a waiter if it was contended.
    for (;;) {
      const word = this.#words.load(this.#index)
      if (word === FREE) return false
      if (this.#words.compareExchange(this.#index, word, FREE) === word) return this.#released(word)
    }
  }

  releaseOwn(): boolean {
    const mine = this.#me | HELD
    if (this.#words.compareExchange(this.#index, mine, FREE) === mine) return true
    for (;;) {
      const word = this.#words.load(this.#index)
      if ((word & PARTY_MASK) !== this.#me || word === FREE) return false
      if (this.#words.compareExchange(this.#index, word, FREE) === word) return this.#released(word)
    }
  }

  isHeld(): boolean {
    return this.#words.load(this.#index) !== FREE
  }

  isHeldHere(): boolean {
    const word = this.#words.load(this.#index)
    return word !== FREE && (word & PARTY_MASK) === this.#me
  }

  isAbandoned(): boolean {
    const word = this.#words.load(this.#index)
    return word !== FREE && this.#parties.isDead(word)
  }

  #released(word: number): true {
    if ((word & STATE) === CONTENDED) this.#wake(this.#index, 1)
    return true
  }
}
