import type { WorkerInfo } from '@manyhands/base'
import type { CallOutcome, ParallelEvent } from '../events.ts'

/** How often the rate is measured at most. Longer: steadier; shorter: follows a change sooner. */
const SAMPLE_MS = 500
/** Weight of the newest sample of the rate. */
const NEWEST = 0.3

/** What a call is shown as. */
export interface ProgressSubject {
  /** What is being done, for example `'grid search'`. @default none */
  readonly desc?: string | undefined
  /** What one task is, for the rate. @default 'task' */
  readonly unit?: string | undefined
  /** Number of tasks, for inputs whose length is not known beforehand (generators). @default the length of the input */
  readonly total?: number | undefined
}

export interface WorkerProgress extends WorkerInfo {
  /** Tasks it has done. */
  done: number
  /** Time it has spent in them. */
  busyMs: number
}

/**
 * The progress of one call: pure data, made from the scheduler's events and a clock that is given to
 * it.
 *
 * It counts tasks that are done, not those that were sent. Times are milliseconds.
 */
export class ProgressState {
  readonly desc: string
  readonly unit: string
  backend = ''
  /** How many tasks run at a time. */
  jobs = 0
  /** How many tasks there are, where that is known. */
  total: number | undefined
  /** Tasks sent to workers, further attempts included. */
  dispatched = 0
  /** Tasks that succeeded. */
  done = 0
  /** Tasks that failed and will not run again. */
  failed = 0
  /** Further attempts. */
  retried = 0
  /** Set when the call is over. */
  outcome: CallOutcome | undefined
  readonly #workers = new Map<string, WorkerProgress>()
  #batches = 0
  #busyMs = 0
  #began = 0
  #now = 0
  #sampledAt = 0
  #sampledDone = 0
  #rate: number | undefined

  constructor(options: ProgressSubject = {}) {
    this.desc = options.desc ?? ''
    this.unit = options.unit ?? 'task'
    this.total = options.total
  }

  apply(event: ParallelEvent): void {
    this.#now = event.time
    switch (event.type) {
      case 'call-start':
        this.backend = event.backend
        this.jobs = event.jobs
        this.total ??= event.total
        this.#began = this.#sampledAt = event.time
        break
      case 'batch-dispatch':
        this.dispatched += event.tasks
        this.#batches++
        break
      case 'tasks-end':
        this.done += event.tasks
        break
      case 'task-fail':
        this.failed++
        break
      case 'task-retry':
        this.retried++
        break
      case 'batch-end':
        this.#batches--
        this.#busyMs += event.durationMs
        if (event.worker !== undefined) this.#credit(event.worker, event.tasks, event.durationMs)
        break
      case 'call-stop':
        this.outcome = event.outcome
        break
      case 'batch-begin':
        break
    }
  }

  /** Sets the clock. Between two calls the state has the time of its last event. */
  tick(now: number): void {
    if (this.outcome !== undefined) return
    this.#now = now
    const elapsed = now - this.#sampledAt
    // No task done is no measurement of slow tasks: the interval gets longer
    if (elapsed < SAMPLE_MS || this.settled === this.#sampledDone) return
    const sample = ((this.settled - this.#sampledDone) * 1000) / elapsed
    this.#rate = this.#rate === undefined ? sample : NEWEST * sample + (1 - NEWEST) * this.#rate
    this.#sampledAt = now
    this.#sampledDone = this.settled
  }

  /** Tasks that are over, in whichever way. */
  get settled(): number {
    return this.done + this.failed
  }

  get elapsedMs(): number {
    return this.#now - this.#began
  }

  /** Tasks that are running now: an estimate, without asking the workers. */
  get running(): number {
    return Math.min(this.#batches, this.jobs)
  }

  /** Tasks a second: a moving average, at the end the mean; undefined before enough is done. */
  get rate(): number | undefined {
    if (this.outcome !== undefined) return this.elapsedMs > 0 ? (this.settled * 1000) / this.elapsedMs : undefined
    if (this.settled < Math.max(2, this.jobs)) return undefined
    return this.#rate ?? (this.elapsedMs > 0 ? (this.settled * 1000) / this.elapsedMs : undefined)
  }

  /** Milliseconds until the end, counting down between measurements; undefined while it is not known. */
  get etaMs(): number | undefined {
    const { rate, total, settled } = this
    if (rate === undefined || total === undefined || this.outcome !== undefined || settled >= total) return undefined
    if (this.#rate === undefined) return ((total - settled) * 1000) / rate
    return Math.max(0, ((total - this.#sampledDone) * 1000) / rate - (this.#now - this.#sampledAt))
  }

  /** Part of the time of all jobs that was spent in tasks, 0 to 1. */
  get utilisation(): number {
    const available = this.elapsedMs * this.jobs
    return available > 0 ? Math.min(1, this.#busyMs / available) : 0
  }

  /** The workers that have done something, by their number. */
  get workers(): readonly WorkerProgress[] {
    return [...this.#workers.values()].toSorted((a, b) => a.id - b.id)
  }

  #credit(worker: WorkerInfo, tasks: number, durationMs: number): void {
    const key = `${worker.kind} ${worker.id}`
    const known = this.#workers.get(key)
    if (known === undefined) this.#workers.set(key, { ...worker, done: tasks, busyMs: durationMs })
    else {
      known.done += tasks
      known.busyMs += durationMs
    }
  }
}
