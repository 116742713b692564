import type { Wait } from './waiter.ts'
import type { Words } from './words.ts'

interface Entry {
  readonly wait: Wait
  readonly resume: () => void
}

export interface ParkedOptions {
  /** Between two looks at the words when nobody rings. It doubles from the first to the last. */
  readonly firstDelayMs: number
  readonly lastDelayMs: number
  readonly onFirst?: () => void
  readonly onLast?: () => void
}

/**
 * The asynchronous waits of this thread for the words of one primitive.
 *
 * The word is the truth: a wait is over when it has changed, however that is noticed. A timer looks from time to time;
 * it also keeps the program alive while anyone waits. Those that go on do so at once and in order, so that the first
 * takes what there is and the others see it taken.
 */
export class Parked {
  readonly #words: Words
  readonly #options: ParkedOptions
  readonly #entries = new Set<Entry>()
  #timer: NodeJS.Timeout | undefined
  #delay: number
  /** Whether `onFirst` was the last of the two that was called. */
  #active = false
  /** Entries are being resumed: those that wait again at once have not left. */
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
    // It may have changed before anyone knew that we wait.
    if (this.#words.load(wait.index) !== wait.expected) queueMicrotask(() => this.look())
    return () => {
      if (this.#entries.delete(entry) && !this.#resuming) this.#settle()
    }
  }

  /** The first that waits for the word at `index`. */
  first(index: number): Wait | undefined {
    for (const { wait } of this.#entries) if (wait.index === index) return wait
    return undefined
  }

  /** A notification came that a word has changed. */
  ring(): void {
    this.look()
    if (this.#active) this.#restart()
  }

  /** Resumes those whose word has changed. */
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

  /** Looks soon again. */
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
    // The first at each word also looks whether somebody died; it would be as well the first to profit.
    const seen = new Set<number>()
    this.#resumeAll(({ wait }) => {
      const isFirst = !seen.has(wait.index)
      seen.add(wait.index)
      return isFirst || this.#words.load(wait.index) !== wait.expected
    })
  }
}
