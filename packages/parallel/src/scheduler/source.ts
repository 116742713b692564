/** The input of a call, pulled no further than it is asked. */
export interface Source<T> {
  /** How many items there are in all, where that is known beforehand. */
  readonly total: number | undefined
  /** How many items are left, where that is known. */
  readonly rest: number | undefined
  /** Nothing is left. An iterator is ended only once its `next()` has returned `done`. */
  readonly ended: boolean
  /** True when an item is there now; then it is `head`. */
  ready(): boolean
  readonly head: T
  /** Takes `head`. */
  advance(): void
  /** Takes what is there now, `most` items at most. */
  take(most: number): readonly T[]
  /** No more is wanted. Returns a promise when the input has something to clean up. */
  close(): Promise<unknown> | undefined
}
