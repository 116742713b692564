import type { Steps } from '../waiting/steps.ts'
import type { Wake } from '../waiting/waiter.ts'
import type { Words } from '../waiting/words.ts'

/**
 * The permits of a semaphore: one Int32, never negative. A permit has no owner: the permits of a dead party are lost.
 */
export class Permits {
  readonly #words: Words
  readonly #index: number
  readonly #wake: Wake

  constructor(words: Words, index: number, wake: Wake) {
    this.#words = words
    this.#index = index
    this.#wake = wake
  }

  get count(): number {
    return this.#words.load(this.#index)
  }

  tryAcquire(): boolean {
    for (;;) {
      const count = this.#words.load(this.#index)
      if (count <= 0) return false
      if (this.#words.compareExchange(this.#index, count, count - 1) === count) return true
    }
  }

  *acquire(): Steps<boolean> {
    while (!this.tryAcquire()) if (yield { index: this.#index, expected: 0 }) return false
    return true
  }

  /** @returns false, and changes nothing, when there would be more than `most` */
  release(permits: number, most: number): boolean {
    for (;;) {
      const count = this.#words.load(this.#index)
      if (count > most - permits) return false
      if (this.#words.compareExchange(this.#index, count, count + permits) !== count) continue
      this.#wake(this.#index, permits)
      return true
    }
  }
}
