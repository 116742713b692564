/** What the workers of a row run; see workers/tasks.mjs. `bounce` is `echo` for a row that transfers. */
export type Operation = 'inc' | 'echo' | 'burn' | 'bounce'

export type Section = 'throughput' | 'latency' | 'payload' | 'cpu' | 'cold' | 'memory' | 'closures' | 'primitives'

/**
 * What a row is measured against: others of its kind.
 * `sync` blocks its caller and has one worker; `limit` is no pool, but what the platform can do at best.
 */
export type Kind = 'thread' | 'process' | 'sync' | 'limit'

export interface OpenOptions {
  readonly workers: number
  readonly operation: Operation
}

/** A started pool. */
export interface OpenRow {
  /** Runs the operation once. */
  run(x: unknown): unknown
  /** Runs it for each, in the way of a row that is about many; otherwise `run` is called for each. */
  runMany?(xs: readonly number[]): Promise<readonly unknown[]>
  /** Runs it for an array whose buffer is moved there and back. */
  runTransfer?(x: Float64Array<ArrayBuffer>): unknown
  close(): unknown
}

/** One line of a table. */
export interface Row {
  readonly name: string
  /** Package name, `manyhands` or `raw`: rows of a library are asked for by it. */
  readonly library: string
  readonly kind: Kind
  /** Shown only when it is asked for: another configuration of a library that has a row. @default false */
  readonly variant?: boolean
  /** @default all that its kind allows */
  readonly sections?: readonly Section[]
  /** Throughput is measured with fewer tasks, for a library that is slow. @default 20,000 */
  readonly maxTasks?: number
  /** `run` moves the buffers of its argument, asked or not: there is no copying to measure. @default false */
  readonly alwaysMoves?: boolean
  /**
   * Imports the library and starts its pool. What it costs is measured, so a row imports nothing of its library before.
   */
  open(options: OpenOptions): Promise<OpenRow>
}

/** The path of a worker's file. */
export function workerUrl(name: string): URL {
  return new URL(`workers/${name}`, import.meta.url)
}
