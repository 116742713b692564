import { BrokenPoolError, WaitTimeoutError, type WorkerExit, WorkerExitedError } from '@manyhands/base'
import { scarcityOf } from '../host/scarcity.ts'
import { FewerWorkers } from './fewer-workers.ts'
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

/** The workers that are there. */
interface Others extends Iterable<WorkerHandle> {
  readonly size: number
}

/** Decides what follows from the exit of a worker, and when a pool can no longer be used. */
export class WorkerExits {
  readonly #policy: OnWorkerExit
  readonly #fewer: FewerWorkers
  #failedStarts = 0
  /** Makes the error of a pool that is broken; undefined while it is not. */
  broken: (() => BrokenPoolError) | undefined

  /** @param tryAgain - called when a worker that the system had no room for may be started again */
  constructor(policy: OnWorkerExit, tryAgain: () => void) {
    this.#policy = policy
    this.#fewer = new FewerWorkers(tryAgain)
  }

  /** A worker takes tasks. */
  noteReady(): void {
    this.#failedStarts = 0
  }

  /** The system has no room for another worker: those that are there do the work. */
  get holdsBack(): boolean {
    return this.#fewer.paused
  }

  /**
   * A worker could not even be started. Where others are there they do its work; otherwise the pool is broken.
   *
   * @param others - workers that are there
   */
  noteUnstarted(cause: unknown, others: number): void {
    const cure = scarcityOf(cause)
    const reason = (cause as Error).message
    if (cure !== undefined && others > 0) this.#fewer.note(reason, cure)
    else this.break(`a worker could not be started: ${reason}${cure === undefined ? '' : ` (${cure})`}`, cause)
  }

  /**
   * A worker was not ready after `ms`, and is being ended. Where others are ready they do its work; otherwise the pool
   * is broken: the next one would take as long.
   */
  noteLate(worker: WorkerHandle, ms: number, workers: Iterable<WorkerHandle>): void {
    const [why, cure] = worker.initializing
      ? ['its initializer has not finished', 'raise startTimeoutMs']
      : ['it got no time or no threads', 'raise startTimeoutMs, or the limit of threads (`ulimit -u`)']
    const reason = `a worker was not ready after ${ms} ms: ${why}`
    if (this.#policy !== 'break' && [...workers].some(other => other.ready)) this.#fewer.note(reason, cure)
    else this.break(`${reason} (${cure})`, new WaitTimeoutError('a worker was not ready', ms))
  }

  /** From now on the pool is broken. The first reason stays. */
  break(message: string, cause: unknown): void {
    this.broken ??= () => new BrokenPoolError(`the pool is broken: ${message}`, { cause })
  }

  /**
   * Settles the tasks of a worker that is gone, as far as that is decided by its exit.
   *
   * @param others - workers that are there
   * @returns what is to be queued again; nothing when the pool broke
   */
  settle(worker: WorkerHandle, exit: WorkerExit, error: unknown, others: Others): QueueItem[] {
    const cause = worker.startError === undefined ? error : worker.startError.error
    const busy = worker.load > 0
    const unborn = !worker.ready && !worker.ending && worker.startError === undefined
    const cure = unborn ? scarcityOf(error) : undefined
    if (cure !== undefined && others.size > 0) {
      this.#fewer.note((error as Error).message, cure)
      return settleLost(worker, exit, cause, this.#policy === 'retry')
    }
    if (this.#policy === 'break' && !worker.ending) {
      const when = busy ? 'while it held tasks' : worker.ready ? 'while it was idle' : 'while it was starting'
      this.break(`a worker exited ${when}`, new WorkerExitedError(exit, { cause }))
      return []
    }
    const again = settleLost(worker, exit, cause, this.#policy === 'retry')
    // Node itself aborts where it gets no thread, say.
    if (unborn && [...others].some(other => other.ready)) {
      this.#fewer.note(new WorkerExitedError(exit, { cause }).message, 'see why it exited')
    } else if (!worker.ready && !worker.ending) {
      if (++this.#failedStarts >= START_ATTEMPTS) {
        const why =
          worker.startError !== undefined
            ? 'their initializer threw'
            : cure === undefined
              ? 'they exited while starting'
              : `${(error as Error).message}. Lower maxWorkers, or ${cure}`
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
