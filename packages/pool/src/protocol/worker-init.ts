import type { MessagePort } from 'node:worker_threads'
import type { ThreadShare } from '@manyhands/base'
import type { Lineage } from './lineage.ts'
import type { WorkerKind } from './worker-kinds.ts'

/** What every worker is told when it starts: as workerData of a thread, as the first message of a process. */
interface AnyInit {
  readonly kind: WorkerKind
  readonly lineage: Lineage
}

/** A worker of an executor. */
export interface WorkerInit extends AnyInit {
  /** Counts the workers of a pool from 0. */
  readonly id: number
  /** How deep this worker is nested: 1 for a worker of the main program. */
  readonly level: number
  /** Async tasks that may run at a time. */
  readonly concurrency: number
  /** See `MemoryWatch`. */
  readonly maxMemoryBytes: number | undefined
  /** Spin before parking; false when workers outnumber cores. */
  readonly spin: boolean
  /** Packed `[initializer, args]`. */
  readonly initializer: object | undefined
}

/** A Process or a Thread: it runs one function and ends. */
export interface ProcessInit extends AnyInit {
  /** Packed: an instance of the subclass whose `run()` it is, or `[target, args]`. */
  readonly body: object
}

/** What a thread has besides. */
export interface ThreadEnds {
  readonly port: MessagePort
  readonly control: Int32Array
  readonly share: ThreadShare
}

export type ThreadInit = WorkerInit & ThreadEnds
