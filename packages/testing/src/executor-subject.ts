import type { ExecutorOptions, taskContext, WorkerExecutor } from '@manyhands/pool'

/** An executor under test. Its tasks are functions that its package's test modules export. */
export interface ExecutorSubject {
  readonly name: string
  create(options?: ExecutorOptions): WorkerExecutor
  /** The number plus 1. */
  readonly increment: (x: number) => number
  /** Keeps the thread busy, and returns how long. */
  readonly burn: (milliseconds: number) => number
  /** Keeps the thread busy, and returns the number of the worker. */
  readonly burnOn: (milliseconds: number) => number | undefined
  readonly taskContext: typeof taskContext
}
