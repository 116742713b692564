/** Identifies a worker in events, batches and errors. */
export interface WorkerInfo {
  /** For example `'thread'` or `'process'`. */
  readonly kind: string
  /** Counts the workers of a pool, or of a backend, from 0. */
  readonly id: number
  /** As it shows in `ps`, in profiles and in errors. */
  readonly name?: string | undefined
  readonly pid?: number | undefined
  readonly threadId?: number | undefined
  /** The machine that it runs on, unless it is this one. */
  readonly host?: string | undefined
}
