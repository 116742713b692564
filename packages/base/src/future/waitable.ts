/** Method of objects that `waitAny` can wait for. */
export const waitable: unique symbol = Symbol.for('manyhands.waitable') as never

/** How `waitAny` waits for an object. */
export interface Waiting {
  /** The object is ready: a wait would return immediately. */
  readonly ready: boolean
  /**
   * Calls `callback`, once or more often, when the object may be ready, and keeps the program alive until then. Returns
   * a function that removes the callback.
   */
  watch(callback: () => void): () => void
}

/** An object that `waitAny` can wait for: a Connection, the sentinel of a Process. */
export interface Waitable {
  [waitable](): Waiting
}
