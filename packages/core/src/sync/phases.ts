import type { Steps } from '../waiting/steps.ts'
import type { Wake } from '../waiting/waiter.ts'
import type { Words } from '../waiting/words.ts'
import { acquireAnyway, type Acquired, WAIT_ENDED, type Mutex, OWNER_DIED } from './mutex.ts'

/**
 * The number of broken phases that are remembered. A waiter that does not run while more phases than that break returns
 * as if it had passed.
 */
const REMEMBERED = 16
export const PHASES_WORDS = 4 + REMEMBERED

/** The outcome of a wait at a barrier: the number of parties that arrived before, or how it failed. */
export type Passage =
  | { readonly index: number; readonly last: false }
  /** The mutex is held: call `complete` or `break` next. */
  | { readonly index: number; readonly last: true }
  | 'broken'
  | 'gave-up'

/**
 * The state of a barrier. It is changed only while the mutex is held; waiting is done without it.
 *
 * | word | |
 * |---|---|
 * | `PHASE` | counts the passages, and the breaks |
 * | `COUNT` | parties that wait in this phase |
 * | `BROKEN` | 1: it is broken until it is reset |
 * | `BREAKS` | counts the phases that ended broken; their numbers are in the words that follow, in turn |
 *
 * A party that dies while it holds the mutex, for example in the barrier's action, may have left a phase that never
 * ends: the party that takes over the mutex breaks the barrier.
 */
export class Phases {
  readonly #words: Words
  readonly #first: number
  readonly #mutex: Mutex
  readonly #wake: Wake

  constructor(words: Words, first: number, mutex: Mutex, wake: Wake) {
    this.#words = words
    this.#first = first
    this.#mutex = mutex
    this.#wake = wake
  }

  get waiting(): number {
    return this.#words.load(this.#count)
  }

  get broken(): boolean {
    return this.#words.load(this.#broken) === 1
  }

  *wait(parties: number): Steps<Passage> {
    const words = this.#words
    if ((yield* this.#tryEnter()) === WAIT_ENDED) {
      yield* this.abort()
      return 'gave-up'
    }
    if (this.broken) {
      this.#mutex.release()
      return 'broken'
    }
    const phase = words.load(this.#phase)
    const index = words.load(this.#count)
    words.store(this.#count, index + 1)
    if (index + 1 === parties) return { index, last: true }
    this.#mutex.release()
    for (let waited = false; words.load(this.#phase) === phase; waited = true) {
      if (waited && this.#mutex.isAbandoned()) {
        // Taking over the mutex from its dead owner breaks this phase.
        yield* this.#enter()
        this.#mutex.release()
        continue
      }
      if (!(yield { index: this.#phase, expected: phase })) continue
      yield* this.#enter()
      const late = words.load(this.#phase) === phase
      if (late) this.#break()
      this.#mutex.release()
      if (late) return 'gave-up'
    }
    return this.#wasBroken(phase) ? 'broken' : { index, last: false }
  }

  /** The last party has arrived, and its action has succeeded. */
  complete(): void {
    this.#words.store(this.#count, 0)
    this.#next()
    this.#mutex.release()
  }

  /** The action of the last party has failed. */
  fail(): void {
    this.#break()
    this.#mutex.release()
  }

  *abort(): Steps<void> {
    yield* this.#enter()
    this.#break()
    this.#mutex.release()
  }

  *reset(): Steps<void> {
    yield* this.#enter()
    if (this.waiting > 0) this.#break()
    this.#words.store(this.#broken, 0)
    this.#mutex.release()
  }

  /** Acquires the mutex; taking it over from a dead owner breaks the barrier. */
  *#tryEnter(): Steps<Acquired> {
    const acquired = yield* this.#mutex.acquire()
    if (acquired === OWNER_DIED) this.#break()
    return acquired
  }

  *#enter(): Steps<void> {
    if ((yield* acquireAnyway(this.#mutex)) === OWNER_DIED) this.#break()
  }

  #break(): void {
    const words = this.#words
    const breaks = words.load(this.#breaks)
    words.store(this.#first + 4 + ((breaks >>> 0) % REMEMBERED), words.load(this.#phase))
    words.store(this.#breaks, (breaks + 1) | 0)
    words.store(this.#broken, 1)
    words.store(this.#count, 0)
    this.#next()
  }

  #next(): void {
    this.#words.store(this.#phase, (this.#words.load(this.#phase) + 1) | 0)
    this.#wake(this.#phase, Infinity)
  }

  #wasBroken(phase: number): boolean {
    const known = Math.min(this.#words.load(this.#breaks) >>> 0, REMEMBERED)
    for (let i = 0; i < known; i++) if (this.#words.load(this.#first + 4 + i) === phase) return true
    return false
  }

  get #phase(): number {
    return this.#first
  }

  get #count(): number {
    return this.#first + 1
  }

  get #broken(): number {
    return this.#first + 2
  }

  get #breaks(): number {
    return this.#first + 3
  }
}
