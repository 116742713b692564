import { BrokenPoolError, type WorkerExit, WorkerExitedError } from '@manyhands/base'
import { settleLost } from './lost-tasks.ts'
import type { QueueItem } from './shipment.ts'
import type { WorkerHandle } from './worker-handle.ts'

/**
 * Starts of workers that may fail one after the other before the pool gives up. More: a passing fault is survived;
 * fewer: a wrong initializer is reported sooner.
 */
const START_ATTEMPTS = 5

/**
 * What becomes of the tasks of a worker that exits: `'fail-task'` fails those that may have begun, `'break'` fails all
 * of the pool and its queue, `'retry'` runs them again.
 */
export type OnWorkerExit = 'fail-task' | 'break' | 'retry'

/** Decides what follows from the exit of a worker, and when a pool can no longer be used. */
export class WorkerExits {
  readonly #policy: OnWorkerExit
  #failedStarts = 0
  /** Makes the error of a pool that is broken; undefined while it is not. */
  broken: (() => BrokenPoolError) | undefined

  constructor(policy: OnWorkerExit) {
    this.#policy = policy
  }

  /** A worker takes tasks. */
  noteReady(): void {
    this.#failedStarts = 0
  }

  /** From now on the pool is broken. The first reason stays. */
  break(message: string, cause: unknown): void {
    this.broken ??= () => new BrokenPoolError(`the pool is broken: ${message}`, { cause })
  }

  /**
   * Settles the tasks of a worker that is gone, as far as that is decided by its exit.
   *
   * @returns what is to be queued again; nothing when the pool broke
   */
  settle(worker: WorkerHandle, exit: WorkerExit, error: unknown): QueueItem[] {
    const cause = worker.startError === undefined ? error : worker.startError.error
    const busy = worker.load > 0
    if (this.#policy === 'break' && !worker.ending) {
      const when = busy ? 'while it held tasks' : worker.ready ? 'while it was idle' : 'while it was starting'
      this.break(`a worker exited ${when}`, new WorkerExitedError(exit, { cause }))
      return []
    }
    const again = settleLost(worker, exit, cause, this.#policy === 'retry')
    if (!worker.ready && !worker.ending) {
      if (++this.#failedStarts >= START_ATTEMPTS) {
        const why = worker.startError === undefined ? 'they exited while starting' : 'their initializer threw'
        this.break(
          `${START_ATTEMPTS} workers in a row could not be started: ${why}`,
          new WorkerExitedError(exit, { cause }),
        )
      }
    } else if (!busy && !worker.ending) {
      warnOfIdleExit(exit, cause)
    }
    return again
  }
}

function warnOfIdleExit(exit: WorkerExit, cause: unknown): void {
  process.emitWarning(`${new WorkerExitedError(exit, { cause }).message} (it was idle: no task is lost)`, {
    type: 'ManyhandsWarning',
    code: 'MANYHANDS_IDLE_WORKER_EXITED',
  })
}
