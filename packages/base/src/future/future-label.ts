/** What a future is called, and whose it is. One object for all futures of a function. */
export interface FutureLabel {
  /** What the task is called in warnings. */
  readonly name: string
  /** A token of the executor that keeps nothing alive; see `warnOfUnseenFailures`. */
  readonly owner?: object | undefined
}
