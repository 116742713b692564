import { clearTimeout, queueMicrotask, setTimeout } from '@manyhands/base'
import type { Wait } from './waiter.ts'
import type { Words } from './words.ts'

interface Entry {
  readonly wait: Wait
  readonly resume: () => void
}

export interface ParkedOptions {
  /** Milliseconds between two checks of the words without a ring. They double from the first delay to the last. */
  readonly firstDelayMs: number
  readonly lastDelayMs: number
  readonly onFirst?: () => void
  readonly onLast?: () => void
}

/**
 * The asynchronous waits of this thread for the words of one primitive.
 *
 * Only the word counts: a wait is over when its word has changed, however that is noticed. A timer checks the words
 * from time to time; it also keeps the program alive while there are waiters. Waiters resume synchronously and in
 * order, so the first one acquires the resource and the others see it taken.
 */
export class Parked {
  readonly #words: Words
  readonly #options: ParkedOptions
  readonly #entries = new Set<Entry>()
  #timer: NodeJS.Timeout | undefined
  #delay: number
  /** True after `onFirst`, false after `onLast`. */
  #active = false
  /** Entries are being resumed: an entry that waits again immediately has not left. */
  #resuming = false

  constructor(words: Words, options: ParkedOptions) {
    this.#words = words
    this.#options = options
    this.#delay = options.firstDelayMs
  }

  add(wait: Wait, resume: () => void): () => void {
    const entry = { wait, resume }
    this.#entries.add(entry)
    if (!this.#resuming) this.#restart()
    // The word may have changed before this entry was added.
    if (this.#words.load(wait.index) !== wait.expected) queueMicrotask(() => this.look())
    return () => {
      if (this.#entries.delete(entry) && !this.#resuming) this.#settle()
    }
  }

  /** The first wait for the word at `index`. */
  first(index: number): Wait | undefined {
    for (const { wait } of this.#entries) if (wait.index === index) return wait
    return undefined
  }

  /** Handles a notification that a word has changed. */
  ring(): void {
    this.look()
    if (this.#active) this.#restart()
  }

  /** Resumes the waiters whose words have changed. */
  look(): void {
    this.#resumeAll(({ wait }) => this.#words.load(wait.index) !== wait.expected)
  }

  #resumeAll(isDue: (entry: Entry) => boolean): void {
    if (this.#resuming) return
    this.#resuming = true
    for (const entry of Array.from(this.#entries)) {
      if (this.#entries.has(entry) && isDue(entry) && this.#entries.delete(entry)) entry.resume()
    }
    this.#resuming = false
    this.#settle()
  }

  /** Restarts the timer with the shortest delay. */
  #restart(): void {
    this.#delay = this.#options.firstDelayMs
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#settle()
  }

  #settle(): void {
    const active = this.#entries.size > 0
    if (active !== this.#active) {
      this.#active = active
      if (active) this.#options.onFirst?.()
      else this.#options.onLast?.()
    }
    if (!active) {
      clearTimeout(this.#timer)
      this.#timer = undefined
    } else this.#timer ??= setTimeout(() => this.#tick(), this.#delay)
  }

  #tick(): void {
    this.#timer = undefined
    this.#delay = Math.min(this.#delay * 2, this.#options.lastDelayMs)
    // The first waiter of each word also checks for a dead owner: it would be the first to take over.
    const seen = new Set<number>()
    this.#resumeAll(({ wait }) => {
      const isFirst = !seen.has(wait.index)
      seen.add(wait.index)
      return isFirst || this.#words.load(wait.index) !== wait.expected
    })
  }
}
