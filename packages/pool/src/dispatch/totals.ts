import { clock } from '@manyhands/base'

/** What a worker has done. */
export interface Work {
  readonly answers: {
    /** Tasks that it answered for. */
    readonly tasks: number
    /** Those of them that failed. */
    readonly failed: number
    /** Milliseconds that it spent in tasks, each counted by itself where several run at a time. */
    readonly busyMs: number
  }
  /** When it was started. */
  readonly startedAt: number
  readonly load: number
  readonly unanswered: number
}

/** What an executor has done since it was made, and what it does now. */
export interface Counts {
  readonly workers: number
  /** Workers that run something. */
  readonly busyWorkers: number
  /** Tasks that were sent to workers and not answered. */
  readonly running: number
  /** Tasks that workers have answered for. */
  readonly completed: number
  /** Those of them that failed. */
  readonly failed: number
  /** Workers that are gone, for whatever reason. */
  readonly exitedWorkers: number
  /** The share of their time that workers spent in tasks, since the executor was made: 0 to 1. */
  readonly utilization: number
}

/** Sums up what the workers of a pool have done, those that are gone included. */
export class Totals {
  #tasks = 0
  #failed = 0
  #busyMs = 0
  #aliveMs = 0
  #exited = 0

  /** A worker is gone. */
  add({ answers, startedAt }: Work): void {
    this.#tasks += answers.tasks
    this.#failed += answers.failed
    this.#busyMs += answers.busyMs
    this.#aliveMs += clock() - startedAt
    this.#exited++
  }

  read(workers: Iterable<Work>): Counts {
    const all = [...workers]
    const sum = (of: (worker: Work) => number): number => all.reduce((total, worker) => total + of(worker), 0)
    const now = clock()
    const aliveMs = this.#aliveMs + sum(worker => now - worker.startedAt)
    return {
      workers: all.length,
      busyWorkers: all.filter(worker => worker.load > 0).length,
      running: sum(worker => worker.unanswered),
      completed: this.#tasks + sum(worker => worker.answers.tasks),
      failed: this.#failed + sum(worker => worker.answers.failed),
      exitedWorkers: this.#exited,
      utilization: aliveMs === 0 ? 0 : Math.min(1, (this.#busyMs + sum(worker => worker.answers.busyMs)) / aliveMs),
    }
  }
}
