import type { Steps } from '../waiting/steps.ts'
import type { Wake } from '../waiting/waiter.ts'
import type { Words } from '../waiting/words.ts'

/**
 * The state of an event in one Int32. Bit 0: the event is set. Bits 1..31 count the sets, so that a waiter notices a
 * set even if it was cleared immediately.
 */
export class Flag {
  readonly #words: Words
  readonly #index: number
  readonly #wake: Wake

  constructor(words: Words, index: number, wake: Wake) {
    this.#words = words
    this.#index = index
    this.#wake = wake
  }

  get isSet(): boolean {
    return (this.#words.load(this.#index) & 1) === 1
  }

  set(): void {
    for (;;) {
      const word = this.#words.load(this.#index)
      if ((word & 1) === 1) return
      if (this.#words.compareExchange(this.#index, word, (word + 3) | 0) !== word) continue
      return this.#wake(this.#index, Infinity)
    }
  }

  clear(): void {
    for (;;) {
      const word = this.#words.load(this.#index)
      if ((word & 1) === 0 || this.#words.compareExchange(this.#index, word, word & ~1) === word) return
    }
  }

  *wait(): Steps<boolean> {
    const word = this.#words.load(this.#index)
    if ((word & 1) === 1) return true
    for (;;) {
      const over = yield { index: this.#index, expected: word }
      // Any change means that it was set: a clear alone cannot change a word that is not set.
      if (this.#words.load(this.#index) !== word) return true
      if (over) return false
    }
  }
}
