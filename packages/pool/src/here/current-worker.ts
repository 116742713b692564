import { slot } from '@manyhands/base'
import type { TaskContextSource } from './task-context.ts'

/**
 * What the code of this worker knows of it. Kept in the process-wide state, so that two copies of the package agree.
 */
export interface WorkerState {
  readonly kind: 'thread' | 'process'
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

/**
 * The worker that runs this code: its kind, its number in its pool, and how deep it is nested (1 for a worker of the
 * main program).
 */
export interface CurrentWorker {
  readonly kind: 'thread' | 'process'
  readonly id: number
  readonly level: number
}

/** Says in which worker this code runs; undefined in the main program. */
export function currentWorker(): CurrentWorker | undefined {
  const state = workerState()
  return state === undefined ? undefined : { kind: state.kind, id: state.id, level: state.level }
}
