import { gated, onRing, ring } from '@manyhands/base'
import type { Futex } from '../region/memory-provider.ts'
import { Parked } from './parked.ts'
import { spin } from './spin.ts'
import { ONE_BLOCKED, ONE_LISTENING, type Wait, type Waiter, WAITING } from './waiter.ts'
import type { SharedWords } from './words.ts'

/** The longest native call of a blocked thread. It cannot be interrupted: `terminate` and signals wait for it. */
const SLICE_MS = 10
/**
 * Milliseconds between two checks of an asynchronous wait without a ring. Longer: changes are noticed later where no
 * ring arrives; shorter: more useless checks.
 */
const FIRST_DELAY_MS = 1
const LAST_DELAY_MS = 20

/**
 * Waiting across processes: a futex for threads that block, and timers for threads that must not.
 *
 * A futex wait never runs on the thread pool of libuv: it would delay file operations and `process.exit`.
 */
export class ProcessWaiter implements Waiter {
  readonly #words: SharedWords
  readonly #address: number
  readonly #futex: Futex | undefined
  readonly #id: string
  readonly #parked: Parked

  /** @param address - address of the first word */
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
    // In one gated call: otherwise a thread terminated in between would stay counted as blocked.
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
