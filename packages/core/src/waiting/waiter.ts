/**
 * The word in the header of a primitive's region that counts waiters, so that a change without waiters skips the
 * wake-up, which costs more than most operations. Lower half: blocked threads. Upper half: threads that wait
 * asynchronously. A party that dies may leave the count too high.
 */
export const WAITING = 0
export const ONE_BLOCKED = 1
export const ONE_LISTENING = 1 << 16

/** Where to wait: until the word at `index` is no longer `expected`. */
export interface Wait {
  readonly index: number
  readonly expected: number
  /** The waiter of another primitive, when the word belongs to a lock that this primitive uses. */
  readonly waiter?: Waiter
}

/** Wakes up to `count` of the waiters for the word at `index`. */
export type Wake = (index: number, count: number) => void

/** Waits for words and wakes waiters: between threads, or across processes. */
export interface Waiter {
  readonly wake: Wake
  /**
   * Blocks this thread until the word has changed, at most `ms`, and never too long to notice a dead party. It may
   * return early.
   */
  block(wait: Wait, ms: number): void
  /**
   * Calls `resume` once: when the word has changed, or to check whether an owner died. Keeps the program alive until
   * then.
   * @returns cancels the wait
   */
  park(wait: Wait, resume: () => void): () => void
}
