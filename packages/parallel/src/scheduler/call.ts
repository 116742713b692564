import { BrokenPoolError, CancelledError, GRACE_MS, LONGEST_TIMER_MS, type WorkerInfo } from '@manyhands/base'
import type { BackendCall } from '../backends/backend.ts'
import type { CallEvents, CallOutcome } from '../events.ts'
import type { Settings } from '../settings.ts'
import { BatchPolicy } from './batch-policy.ts'
import { type BatchOwner, BatchRun } from './batch-run.ts'
import { type InputBatch, Batcher } from './batcher.ts'
import { costKeyOf } from './cost-key.ts'
import type { Output } from './output.ts'
import { isRetryable } from './retry-rule.ts'
import type { Source } from './source.ts'
import type { Work } from './work.ts'

export interface CallPlan<T> {
  readonly settings: Settings
  readonly source: Source<T>
  readonly work: Work<T>
  readonly output: Output
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
  readonly #batcher: Batcher<T>
  readonly #runs = new Set<BatchRun>()
  readonly #retries = new Set<NodeJS.Timeout>()
  #backend: BackendCall | undefined
  /** Batches that count for the window; a task that waits for its next attempt is one. */
  #counted = 0
  /** Batches and further attempts that are not done. */
  #active = 0
  #batches = 0
  /** It is pumping, or the backend is not ready. */
  #blocked = false
  #countEnds = false
  over = false

  constructor(plan: CallPlan<T>) {
    const { settings, source, work, context } = plan
    this.#plan = plan
    this.#batcher = new Batcher({
      source,
      work,
      context,
      eager: settings.eager,
      policy: new BatchPolicy({
        jobs: settings.jobs,
        targetMs: settings.backend.capabilities.idealBatchMs,
        fixed: settings.timeoutMs === undefined ? settings.batchSize : 1,
      }),
      hasRoom: () => this.#counted < settings.window && !this.over,
      wake: () => this.#pump(),
      fail: error => this.#end('failed', error),
    })
  }

  /** Begins to pull the input. Called once. */
  start(): void {
    const { settings, events } = this.#plan
    const { backend, jobs, signal } = settings
    const failure = this.#open()
    events.emit({ type: 'call-start', backend: backend.name, jobs, total: this.#batcher.total })
    if (failure !== undefined) return this.#end('failed', failure.error)
    if (jobs < 1) return this.#end('failed', new BrokenPoolError(`backend \`${backend.name}\` has no active worker`))
    if (signal?.aborted === true) return this.#abort()
    signal?.addEventListener('abort', this.#abort, { once: true })
    if (backend.configure === undefined) return this.#pump()
    this.#blocked = true
    backend.configure(jobs).then(
      () => {
        this.#blocked = false
        this.#pump()
      },
      (error: unknown) => this.#end('failed', error),
    )
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
   * @returns a promise when the input has something to clean up, which may fail
   * @throws what the input throws while it cleans up
   */
  leave(): Promise<unknown> | undefined {
    if (this.over) return undefined
    this.#conclude('left', new CancelledError('the consumer left the stream'))
    return this.#batcher.close()
  }

  /** Sends what the input has now and the window allows. */
  #pump(): void {
    if (this.#blocked || this.over) return
    this.#blocked = true
    try {
      while (this.#counted < this.#plan.settings.window) {
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
    if (this.#batcher.ended && this.#active === 0) this.#end('done', undefined)
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
    this.#backend ??= settings.backend.startCall({ jobs: settings.jobs, run: context })
    run.handle = this.#backend.submit(work.batch(batch.items, batch.first), run, { timeoutMs: settings.timeoutMs })
    // It ended while the batch was being handed over
    if (this.over) this.#drop([run], new CancelledError('the call is over'))
  }

  // ---- what batches tell

  succeeded(run: BatchRun, position: number, value: unknown): void {
    if (this.#countEnds) this.#plan.events.taskEnded()
    this.#plan.output.value(run.batch.first + position, value, run)
  }

  failed(run: BatchRun, position: number, error: unknown): void {
    const { settings, events } = this.#plan
    const index = run.batch.first + position
    if (run.attempt <= settings.retries && isRetryable(error)) {
      return this.#retry(run.batch.items[position] as T, index, run.attempt + 1, error)
    }
    events.emit({ type: 'task-fail', index, error })
    this.#end('failed', error)
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

  done(run: BatchRun, durationMs: number, worker: WorkerInfo | undefined): void {
    const { settings, events } = this.#plan
    this.#batcher.learn(run.batch.costKeys, run.tasks, durationMs)
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

  readonly #abort = (): void => {
    const cause: unknown = this.#plan.settings.signal?.reason
    this.#end('aborted', new CancelledError('the call was aborted', { cause }))
  }

  #end(outcome: CallOutcome, error: unknown): void {
    if (this.over) return
    this.#conclude(outcome, error)
    if (outcome === 'done') return this.#plan.output.end()
    try {
      this.#batcher.close()?.catch(() => {})
    } catch {
      // As when a loop is left by an error: that error is told, not what the input says to being closed.
    }
    this.#plan.output.fail(error)
  }

  /** From here on nothing is sent or heard. */
  #conclude(outcome: CallOutcome, error: unknown): void {
    this.over = true
    this.#plan.settings.signal?.removeEventListener('abort', this.#abort)
    for (const timer of this.#retries) clearTimeout(timer)
    const reason =
      outcome === 'failed' ? new CancelledError('another task of the call failed', { cause: error }) : error
    try {
      this.#drop([...this.#runs], reason)
      this.#backend?.stop()
    } finally {
      // Whatever a backend does: a bar leaves the terminal as it was.
      this.#plan.events.flush()
      this.#plan.events.emit({ type: 'call-stop', outcome, error })
    }
  }

  /** Queued ones first, so that no worker turns to the next while those that run are aborted. */
  #drop(runs: readonly BatchRun[], reason: unknown): void {
    const running = runs.filter(run => run.handle?.cancel() === false)
    for (const run of running) run.handle?.abort(reason, GRACE_MS)
  }
}
