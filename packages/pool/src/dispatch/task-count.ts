/** A queue that counts its tasks. */
export interface TaskCount {
  /** So many of them are not wanted any more. */
  noteDropped(tasks: number): void
}
