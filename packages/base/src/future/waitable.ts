/** Method of what `waitAny` can wait for. */
export const waitable: unique symbol = Symbol.for('manyhands.waitable') as never

/** How something is waited for. */
export interface Waiting {
  /** What is waited for is there: a wait would return at once. */
  readonly ready: boolean
  /**
   * Calls back when it may be ready, once or more often, and keeps the program alive until then. Returns what takes
   * that back.
   */
  watch(callback: () => void): () => void
}

/** What `waitAny` can wait for: a Connection, the sentinel of a Process. */
export interface Waitable {
  [waitable](): Waiting
}
