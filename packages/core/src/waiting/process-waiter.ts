import { gated, onRing, ring } from '@manyhands/base'
import type { Futex } from '../region/memory-provider.ts'
import { Parked } from './parked.ts'
import { spin } from './spin.ts'
import { ONE_BLOCKED, ONE_LISTENING, type Wait, type Waiter, WAITING } from './waiter.ts'
import type { SharedWords } from './words.ts'

/** A blocked thread is in a native call, which nothing can interrupt: `terminate` and signals wait for it. */
const SLICE_MS = 10
/**
 * Between two looks of an asynchronous wait, when no bell rings. Longer: later where no bell reaches; shorter: more
 * work for nothing.
 */
const FIRST_DELAY_MS = 1
const LAST_DELAY_MS = 20

/**
 * Waiting across processes: a futex for threads that block, and timers for those that must not.
 *
 * A futex is never waited for on the thread pool of libuv: it would keep files from being read, and `process.exit` from
 * ending.
 */
export class ProcessWaiter implements Waiter {
  readonly #words: SharedWords
  readonly #address: number
  readonly #futex: Futex | undefined
  readonly #id: string
  readonly #parked: Parked

  /** @param address - where the words begin */
  constructor(words: SharedWords, id: string, address: number, futex: Futex | undefined) {
    this.#words = words
    this.#id = id
    this.#address = address
    this.#futex = futex
    let unlisten: (() => void) | undefined
    this.#parked = new Parked(words, {
      firstDelayMs: FIRST_DELAY_MS,
      lastDelayMs: LAST_DELAY_MS,
      onFirst: () => {
        words.add(WAITING, ONE_LISTENING)
        unlisten = onRing(id, () => this.#parked.ring())
      },
      onLast: () => {
        words.add(WAITING, -ONE_LISTENING)
        unlisten?.()
      },
    })
  }

  readonly wake = (index: number, count: number): void => {
    const waiting = this.#words.load(WAITING) >>> 0
    if (waiting === 0) return
    if (waiting % ONE_LISTENING !== 0) this.#futex?.wake(this.#address + index * 4, Math.min(count, 0x7fff_ffff))
    if (waiting >= ONE_LISTENING) ring(this.#id)
  }

  block(wait: Wait, ms: number): void {
    if (spin(this.#words, wait)) return
    const slice = Math.min(ms, SLICE_MS)
    const futex = this.#futex
    if (futex === undefined) return sleep(Math.min(slice, 1))
    // As one: a thread that is terminated is not counted as blocked for the rest of time.
    gated(() => {
      this.#words.add(WAITING, ONE_BLOCKED)
      futex.wait(this.#address + wait.index * 4, wait.expected, slice)
      this.#words.add(WAITING, -ONE_BLOCKED)
    })
  }

  park(wait: Wait, resume: () => void): () => void {
    return this.#parked.add(wait, resume)
  }
}

let sleeper: Int32Array<SharedArrayBuffer> | undefined

function sleep(ms: number): void {
  sleeper ??= new Int32Array(new SharedArrayBuffer(4))
  Atomics.wait(sleeper, 0, 0, ms)
}
