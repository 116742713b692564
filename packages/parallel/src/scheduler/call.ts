import {
  type BatchStats,
  BrokenPoolError,
  type CallSite,
  CancelledError,
  checkSync,
  GRACE_MS,
  LONGEST_TIMER_MS,
  warnOf,
  type WorkerInfo,
  clearTimeout,
  setTimeout,
  Promise,
} from '@manyhands/base'
import type { BackendCall } from '../backends/backend.ts'
import { prepareBackend } from '../backends/prepare-backend.ts'
import type { CallEvents, CallOutcome } from '../events.ts'
import type { Settings } from '../settings.ts'
import { BatchPolicy } from './batch-policy.ts'
import { type BatchOwner, BatchRun } from './batch-run.ts'
import { type InputBatch, Batcher } from './batcher.ts'
import { costKeyOf } from './cost-key.ts'
import { isOfBackend } from './failure-rule.ts'
import type { Output } from './output.ts'
import { isRetryable } from './retry-rule.ts'
import type { Source } from './source.ts'
import type { Work } from './work.ts'

export interface CallPlan<T> {
  readonly settings: Settings
  readonly source: Source<T>
  readonly work: Work<T>
  readonly output: Output
  readonly callSite: CallSite
  readonly events: CallEvents
  /** Runs a function in the async context of the caller. */
  readonly context: <R>(fn: () => R) => R
}

/**
 * One call of Parallel: sends the batches that its `Batcher` makes and hands their results to the output, until the
 * input ends or something fails.
 *
 * ```
 *   input ─► Batcher ─► BatchRun ─► backend ─► BatchRun ─► output
 *              ▲                                 │
 *              └── room for one more, when ◄─────┘
 *                  all its results were taken
 * ```
 *
 * Every task gets to the output once, or the call fails. Once it is `over` nothing is pulled, sent or reported any
 * more.
 */
export class Call<T> implements BatchOwner {
  readonly #plan: CallPlan<T>
  readonly #policy: BatchPolicy
  readonly #batcher: Batcher<T>
  readonly #runs = new Set<BatchRun>()
  readonly #retries = new Set<NodeJS.Timeout>()
  #backend: BackendCall | undefined
  /** Aborted when the call ends; made when the backend has to be waited for. */
  #preparing: AbortController | undefined
  #announced = false
  #jobs = 0
  /** Batches that may count. */
  #window = 0
  /** Batches that count for the window; a task that waits for its next attempt is one. */
  #counted = 0
  /** Batches and further attempts that are not done. */
  #active = 0
  #batches = 0
  /** It is pumping. */
  #blocked = false
  #countEnds = false
  over = false

  constructor(plan: CallPlan<T>) {
    const { settings, source, work, context } = plan
    const { idealBatchMs, idealBatchBytes } = settings.backend.capabilities
    this.#plan = plan
    this.#policy = new BatchPolicy({
      targetMs: idealBatchMs,
      targetBytes: idealBatchBytes,
      fixed: settings.timeoutMs === undefined ? settings.batchSize : 1,
    })
    this.#batcher = new Batcher({
      source,
      work,
      context,
      eager: settings.eager,
      policy: this.#policy,
      hasRoom: () => this.#counted < this.#window && !this.over,
      wake: () => this.#pump(),
      fail: error => this.#end('failed', error),
    })
  }

  /** Begins to pull the input. Called once. */
  start(): void {
    const { backend, jobs, signal } = this.#plan.settings
    const failure = this.#open()
    if (failure !== undefined) return this.#end('failed', failure.error)
    if (signal?.aborted === true) return this.#abort()
    signal?.addEventListener('abort', this.#abort, { once: true })
    let ready: number | Promise<number>
    try {
      ready = prepareBackend(backend, jobs, () => (this.#preparing = new AbortController()).signal)
    } catch (error) {
      return this.#end('failed', error)
    }
    if (typeof ready === 'number') return this.#begin(ready)
    ready.then(
      count => this.#begin(count),
      (error: unknown) => this.#end('failed', error),
    )
  }

  /** The backend is ready, and runs that many tasks at a time. */
  #begin(jobs: number): void {
    if (this.over) return
    this.#announce(jobs)
    if (jobs < 1) {
      const { name } = this.#plan.settings.backend
      return this.#end('failed', new BrokenPoolError(`backend \`${name}\` has no active worker`))
    }
    this.#useJobs(jobs)
    this.#pump()
  }

  #announce(jobs: number): void {
    if (this.#announced) return
    this.#announced = true
    const { settings, events } = this.#plan
    events.emit({ type: 'call-start', backend: settings.backend.name, jobs, total: this.#batcher.total })
  }

  /** Workers come and go: how much may be under way follows. */
  #useJobs(jobs: number): void {
    if (jobs === this.#jobs) return
    this.#jobs = jobs
    this.#window = this.#plan.settings.window(jobs)
    this.#policy.jobs = Math.max(1, jobs)
  }

  #open(): { readonly error: unknown } | undefined {
    try {
      this.#batcher.open()
      return undefined
    } catch (error) {
      return { error }
    }
  }

  /**
   * The consumer wants no more: cancels the rest.
   *
   * @returns a promise when the input has something to clean up, which may fail, or the backend something to end
   * @throws what the input throws while it cleans up
   */
  leave(): Promise<unknown> | undefined {
    if (this.over) return undefined
    const stopped = this.#conclude('left', new CancelledError('the consumer left the stream'))
    const closed = this.#batcher.close()
    return stopped === undefined ? closed : Promise.all([stopped, closed])
  }

  /** Sends what the input has now and the window allows. */
  #pump(): void {
    if (this.#blocked || this.over) return
    this.#blocked = true
    try {
      if (this.#backend !== undefined) this.#useJobs(this.#backend.jobs)
      while (this.#counted < this.#window) {
        const batch = this.#batcher.next()
        if (batch === undefined || this.over) break
        this.#send(batch, 1)
        if (this.over) break
      }
    } catch (error) {
      this.#end('failed', error)
    } finally {
      this.#blocked = false
    }
    if (this.over) return
    if (this.#batcher.ended && this.#active === 0) this.#finish()
    else this.#batcher.request()
  }

  /** @throws when the batch cannot be sent */
  #send(batch: InputBatch<T>, attempt: number): void {
    const { settings, work, events, context } = this.#plan
    this.#countEnds = events.wants('tasks-end')
    const run = new BatchRun(this, this.#batches++, batch, attempt, events.subscribed('batch-begin'))
    this.#counted++
    this.#active++
    this.#runs.add(run)
    events.emit({ type: 'batch-dispatch', batch: run.id, first: batch.first, tasks: run.tasks })
    const { backend } = settings
    const check = <R>(method: string, result: R): R =>
      checkSync(`${method} of backend \`${backend.name}\``, result, 'return at once, and report to the sink')
    this.#backend ??= check('startCall', backend.startCall({ jobs: this.#jobs, run: context }))
    const options = { timeoutMs: settings.timeoutMs }
    run.handle = check('submit', this.#backend.submit(work.batch(batch.items, batch.first), run, options))
    // It ended while the batch was being handed over
    if (this.over) this.#drop([run], new CancelledError('the call is over'))
  }

  // ---- what batches report

  succeeded(run: BatchRun, position: number, value: unknown): void {
    if (this.#countEnds) this.#plan.events.taskEnded()
    try {
      this.#plan.output.value(run.batch.first + position, value, run)
    } catch (error) {
      this.#end('failed', error)
    }
  }

  failed(run: BatchRun, position: number, error: unknown): void {
    const { settings, events, output, callSite } = this.#plan
    const index = run.batch.first + position
    if (run.attempt <= settings.retries && isRetryable(error)) {
      return this.#retry(run.batch.items[position] as T, index, run.attempt + 1, error)
    }
    events.emit({ type: 'task-fail', index, error })
    if (output.failed === undefined || isOfBackend(error)) return this.#end('failed', error)
    callSite.addTo(error)
    try {
      const later = output.failed(index, error, run)
      if (later !== undefined) this.#await(later, run)
    } catch (failure) {
      this.#end('failed', failure)
    }
  }

  /** What takes the place of a failed task counts for the window, until it is there and taken. */
  #await(later: Promise<() => void>, run: BatchRun): void {
    run.hold()
    this.#active++
    later
      .then(deliver => {
        if (this.over) return
        this.#active--
        deliver()
        run.taken()
        this.#pump()
      })
      .catch((failure: unknown) => this.#end('failed', failure))
  }

  #retry(item: T, index: number, attempt: number, error: unknown): void {
    const { settings, events, work } = this.#plan
    const delayMs = Math.min(LONGEST_TIMER_MS, settings.retryDelayMs * 2 ** (attempt - 2))
    events.emit({ type: 'task-retry', index, attempt, delayMs, error })
    this.#counted++
    this.#active++
    const timer = setTimeout(() => {
      this.#retries.delete(timer)
      this.#counted--
      this.#active--
      try {
        this.#send({ items: [item], first: index, costKeys: [costKeyOf(work.fnOf(item, index))] }, attempt)
      } catch (failure) {
        this.#end('failed', failure)
      }
    }, delayMs)
    this.#retries.add(timer)
  }

  begun(run: BatchRun, worker: WorkerInfo): void {
    this.#plan.events.emit({ type: 'batch-begin', batch: run.id, worker })
  }

  done(run: BatchRun, stats: BatchStats): void {
    const { settings, events } = this.#plan
    const { durationMs, worker } = stats
    this.#policy.record(run.batch.costKeys, run.tasks, stats)
    this.#active--
    this.#runs.delete(run)
    events.flush()
    events.emit({ type: 'batch-end', batch: run.id, tasks: run.tasks, durationMs, worker })
    if (settings.eager) this.#release()
  }

  released(): void {
    if (!this.#plan.settings.eager) this.#release()
  }

  #release(): void {
    this.#counted--
    this.#pump()
  }

  // ---- the end

  /** All tasks are done. */
  #finish(): void {
    const error = this.#plan.output.deferred?.()
    if (error === undefined) this.#end('done', undefined)
    else this.#end('failed', error)
  }

  readonly #abort = (): void => {
    const cause: unknown = this.#plan.settings.signal?.reason
    this.#end('aborted', new CancelledError('the call was aborted', { cause }))
  }

  #end(outcome: CallOutcome, error: unknown): void {
    if (this.over) return
    void this.#conclude(outcome, error)
    if (outcome === 'done') return this.#plan.output.end()
    try {
      this.#batcher.close()?.catch(() => {})
    } catch {
      // As when a loop is left by an error: that error counts, not what closing the input throws.
    }
    this.#plan.callSite.addTo(error)
    this.#plan.output.fail(error)
  }

  /**
   * From here on nothing is sent or received.
   *
   * @returns a promise when the backend reports the end of what still runs; it does not reject
   */
  #conclude(outcome: CallOutcome, error: unknown): Promise<void> | undefined {
    this.#announce(this.#jobs)
    this.over = true
    this.#preparing?.abort(error)
    this.#plan.settings.signal?.removeEventListener('abort', this.#abort)
    for (const timer of this.#retries) clearTimeout(timer)
    const reason =
      outcome === 'failed' ? new CancelledError('another task of the call failed', { cause: error }) : error
    warnIfThrows(() => this.#drop([...this.#runs], reason))
    const stopped = warnIfThrows(() => this.#backend?.stop()?.catch(warnOf))
    this.#plan.events.flush()
    this.#plan.events.emit({ type: 'call-stop', outcome, error })
    return stopped
  }

  /** Queued ones first, so that no worker turns to the next while those that run are aborted. */
  #drop(runs: readonly BatchRun[], reason: unknown): void {
    const running = runs.filter(run => run.handle?.cancel() === false)
    for (const run of running) run.handle?.abort(reason, GRACE_MS)
  }
}

/** What a backend throws at the end of a call is a warning: the call settles with what it ended with. */
function warnIfThrows<R>(run: () => R): R | undefined {
  try {
    return run()
  } catch (error) {
    warnOf(error)
    return undefined
  }
}
