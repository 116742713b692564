import { markOwn } from '@manyhands/base'
import { poolOrigin } from '../entry-url.ts'
import type { WorkerKind } from '../protocol/worker-kinds.ts'
import { workerState } from './worker-state.ts'

/**
 * The worker that runs this code: its kind, its number in its pool, and how deep it is nested (1 for a worker of the
 * main program).
 */
export interface CurrentWorker {
  readonly kind: WorkerKind
  readonly id: number
  readonly level: number
}

/** Says in which worker this code runs; undefined in the main program. */
export function currentWorker(): CurrentWorker | undefined {
  const state = workerState()
  return state === undefined ? undefined : { kind: state.kind, id: state.id, level: state.level }
}

markOwn(currentWorker, () => poolOrigin('currentWorker'))
