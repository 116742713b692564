import { slot } from '@manyhands/base'
import type { WorkerKind } from '../protocol/worker-kinds.ts'

/** What a task can know of itself while it runs. */
export interface TaskContext {
  /** Aborted when the task is: for async tasks. */
  readonly signal: AbortSignal
  /**
   * True once the task is aborted: for loops that poll. It is one read of a shared word; where memory cannot be shared
   * with a process it changes there only when the task lets the event loop turn.
   */
  readonly aborted: boolean
}

/** The side of the runner. */
export interface TaskContextSource {
  context(): TaskContext | undefined
}

/**
 * What the code of this worker knows of it. Kept in the process-wide state, so that two copies of the package agree.
 */
export interface WorkerState {
  readonly kind: WorkerKind
  readonly id: number
  readonly level: number
  /** Where the running task's context comes from. */
  readonly tasks: TaskContextSource
}

const holder = (): { state: WorkerState | undefined } =>
  slot('pool.worker', () => ({ state: undefined as WorkerState | undefined }))

export function setWorkerState(state: WorkerState): void {
  holder().state = state
}

export function workerState(): WorkerState | undefined {
  return holder().state
}
