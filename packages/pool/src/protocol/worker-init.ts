import type { MessagePort } from 'node:worker_threads'
import type { ThreadShare } from '@manyhands/core/pools'

/** What a worker is told when it starts: as workerData of a thread, as the first message of a process. */
export interface WorkerInit {
  readonly kind: 'thread' | 'process'
  /** Counts the workers of a pool from 0. */
  readonly id: number
  /** How deep this worker is nested: 1 for a worker of the main program. */
  readonly level: number
  /** Async tasks that may run at a time. */
  readonly concurrency: number
  /** Spin before parking; false when workers outnumber cores. */
  readonly spin: boolean
  /** Packed `[initializer, args]`. */
  readonly initializer: object | undefined
}

export interface ThreadInit extends WorkerInit {
  readonly port: MessagePort
  readonly control: Int32Array
  readonly share: ThreadShare
}
