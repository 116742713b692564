/**
 * The word in the header of a region with primitives that shows whether anything waits: waking costs more than
 * most of what is waited for: how many block, and in the upper half how many threads wait asynchronously. A party that
 * dies may leave it too high.
 */
export const WAITING = 0
export const ONE_BLOCKED = 1
export const ONE_LISTENING = 1 << 16

/** Where to wait: until the word at `index` is no longer `expected`. */
export interface Wait {
  readonly index: number
  readonly expected: number
  /** Of a word that is not the primitive's own, but that of a lock which it uses. */
  readonly waiter?: Waiter
}

/** Wakes up to `count` of the waiters for the word at `index`. */
export type Wake = (index: number, count: number) => void

/** How to wait for a word, and how waiters are woken: among threads, or across processes. */
export interface Waiter {
  readonly wake: Wake
  /**
   * Blocks this thread until the word has changed, at most `ms`, and never so long that a dead party is not noticed. It
   * may return early.
   */
  block(wait: Wait, ms: number): void
  /**
   * Calls `resume` once: when the word has changed, or to check whether an owner died. Keeps the program alive until
   * then.
   * @returns takes it back
   */
  park(wait: Wait, resume: () => void): () => void
}
