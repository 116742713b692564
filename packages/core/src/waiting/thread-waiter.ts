import { Parked } from './parked.ts'
import { spin } from './spin.ts'
import { ONE_BLOCKED, ONE_LISTENING, type Wait, type Waiter, WAITING } from './waiter.ts'
import type { SharedWords } from './words.ts'

/**
 * A blocked thread looks this often whether the owner of what it waits for has died. Longer: noticed later; shorter:
 * more wake-ups for nothing.
 */
const SLICE_MS = 50
/** The same for asynchronous waits, which the system wakes in all other cases. */
const FIRST_DELAY_MS = 50
const LAST_DELAY_MS = 400

/**
 * Waiting among threads: `Atomics.wait`, and the one use of `Atomics.waitAsync` in this package.
 *
 * What is wrong with waitAsync, on Node 22, 24 and 26: it does not keep the program alive; its timeout leaks; it cannot
 * be cancelled, so that one which is given up still takes a `notify` from others. So for each word there is at most
 * one, without a timeout, which stands for all asynchronous waits of this thread; timers and the keeping alive are in
 * `Parked`; and when it is woken after everybody has left, it wakes the next.
 */
export class ThreadWaiter implements Waiter {
  readonly #words: SharedWords
  readonly #parked: Parked
  /** Words for which a waitAsync is out. */
  readonly #out = new Set<number>()

  constructor(words: SharedWords) {
    this.#words = words
    this.#parked = new Parked(words, { firstDelayMs: FIRST_DELAY_MS, lastDelayMs: LAST_DELAY_MS })
  }

  readonly wake = (index: number, count: number): void => {
    if (this.#words.load(WAITING) !== 0) {
      Atomics.notify(this.#words.array as Int32Array<SharedArrayBuffer>, index, count)
    }
  }

  block(wait: Wait, ms: number): void {
    if (spin(this.#words, wait)) return
    this.#words.add(WAITING, ONE_BLOCKED)
    Atomics.wait(this.#words.array as Int32Array<SharedArrayBuffer>, wait.index, wait.expected, Math.min(ms, SLICE_MS))
    this.#words.add(WAITING, -ONE_BLOCKED)
  }

  park(wait: Wait, resume: () => void): () => void {
    const unpark = this.#parked.add(wait, resume)
    this.#listen(wait)
    return unpark
  }

  #listen({ index, expected }: Wait): void {
    if (this.#out.has(index)) return
    this.#words.add(WAITING, ONE_LISTENING)
    const { async, value } = Atomics.waitAsync(this.#words.array as Int32Array<SharedArrayBuffer>, index, expected)
    if (!async) {
      // It has changed just now, and no notification will come.
      this.#words.add(WAITING, -ONE_LISTENING)
      return queueMicrotask(() => this.#parked.look())
    }
    this.#out.add(index)
    void value.then(() => {
      this.#words.add(WAITING, -ONE_LISTENING)
      this.#out.delete(index)
      if (this.#parked.first(index) === undefined) return this.wake(index, 1)
      this.#parked.look()
      const next = this.#parked.first(index)
      if (next !== undefined) this.#listen(next)
    })
  }
}
