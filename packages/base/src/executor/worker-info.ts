/** A worker, as events, batches and errors name it. */
export interface WorkerInfo {
  /** Such as `'thread'` or `'process'`. */
  readonly kind: string
  /** Counts the workers of a pool, or of a backend, from 0. */
  readonly id: number
  readonly pid?: number | undefined
  readonly threadId?: number | undefined
  /** Where it runs, if that is another machine. */
  readonly host?: string | undefined
}
