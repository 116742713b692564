import type { Wait, Wake } from './steps.ts'

/** How one waits for a word, and how those who wait are woken: among threads, or across processes. */
export interface Waiter {
  readonly wake: Wake
  /** Blocks this thread until the word has changed, at most `ms`, and never so long that a dead party is not noticed. It may return early. */
  block(wait: Wait, ms: number): void
  /** Calls `resume` once: when the word has changed, or to look whether somebody died. Keeps the program alive until then. @returns takes it back */
  park(wait: Wait, resume: () => void): () => void
}
