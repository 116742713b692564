/** The name and the owner of a future. All futures of a function share one object. */
export interface FutureLabel {
  /** The name of the task in warnings. */
  readonly name: string
  /** A token of the executor that keeps nothing alive; see `warnOfUnseenFailures`. */
  readonly owner?: object | undefined
}
