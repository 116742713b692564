import { CallSite, clock } from '@manyhands/base'

/** Frames that are kept of a call. More: it is found deeper in helpers; fewer: a call takes less. */
const LINES = 4
/** Calls that may follow each other with their places; 2 µs each. */
const BURST = 16
/** Milliseconds until so many may again: places take at most 1 % of the time. */
const PAUSE_MS = 3.2

/**
 * Where `submit` was called, for errors. Noting it takes longer than to submit a tiny task, so that only calls that do
 * not come by the thousand have their place.
 */
export class CallSites {
  #left = BURST
  #filledAt = clock()

  /**
   * @param isFirst - of its turn of the event loop: the others do not even look at the clock
   * @param below - see {@link CallSite}
   */
  next(isFirst: boolean, below: (...args: never[]) => unknown): CallSite | undefined {
    if (isFirst) this.#refill()
    return this.#left > 0 && this.#left-- > 0 ? new CallSite(below, LINES) : undefined
  }

  #refill(): void {
    const now = clock()
    if (now - this.#filledAt < PAUSE_MS) return
    this.#filledAt = now
    this.#left = BURST
  }
}
