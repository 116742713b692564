import { clearTimeout, setImmediate, setTimeout } from '@manyhands/base'

/**
 * How long a worker may take to get ready where no `startTimeoutMs` is given. Longer: one that hangs, because the
 * system gives it no threads say, is noticed later; shorter: a very busy machine ends workers that would get ready.
 */
const START_MS = 120_000
/** As much longer an initializer may take, to load a model say: less would end workers that are well. */
const INITIALIZER_STARTS = 5

/** The worker that starts, as its watch sees it. */
interface Starting {
  readonly ready: boolean
  readonly ending: boolean
  readonly gone: boolean
  readonly initializing: boolean
}

export interface StartWatchOptions {
  /** As the option of executors. */
  readonly startTimeoutMs: number | undefined
  /** A task waits that may run for no longer than this. */
  readonly isTaskLimitedTo: (ms: number) => boolean
  /** The worker was not ready within `ms`. */
  readonly onLate: (ms: number) => void
}

/**
 * Watches one worker until it is ready or gone.
 *
 * An initializer may take minutes, to load a model say: without `startTimeoutMs` its time is limited only while a task
 * with a time limit waits, to that limit or to ten minutes, whichever is longer.
 */
export class StartWatch {
  readonly #options: StartWatchOptions
  readonly #startMs: number
  #passedMs = 0
  #timer: NodeJS.Timeout | undefined

  constructor(options: StartWatchOptions, startMs = START_MS) {
    this.#options = options
    this.#startMs = options.startTimeoutMs ?? startMs
  }

  begin(worker: Starting): void {
    if (this.#startMs === Infinity) return
    // Where this thread was busy the worker's word may be waiting to be received, and timers come first.
    this.#timer = setTimeout(() => setImmediate(() => this.#check(worker)), this.#startMs).unref()
  }

  end(): void {
    clearTimeout(this.#timer)
  }

  #check(worker: Starting): void {
    if (worker.ready || worker.ending || worker.gone) return
    this.#passedMs += this.#startMs
    const { startTimeoutMs, isTaskLimitedTo, onLate } = this.#options
    const isEarly = this.#passedMs < INITIALIZER_STARTS * this.#startMs || !isTaskLimitedTo(this.#passedMs)
    if (startTimeoutMs === undefined && worker.initializing && isEarly) this.begin(worker)
    else onLate(this.#passedMs)
  }
}
