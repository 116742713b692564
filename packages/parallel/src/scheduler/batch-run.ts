import { type BatchHandle, type BatchSink, type BatchStats, InternalError, type WorkerInfo } from '@manyhands/base'
import type { InputBatch } from './batcher.ts'
import type { Holder } from './output.ts'

/** What a batch reports to its call. */
export interface BatchOwner {
  /** The call has ended: reports are ignored. */
  readonly over: boolean
  succeeded(run: BatchRun, position: number, value: unknown): void
  failed(run: BatchRun, position: number, error: unknown): void
  begun(run: BatchRun, worker: WorkerInfo): void
  done(run: BatchRun, stats: BatchStats): void
  /** It is done and all its results were taken. */
  released(run: BatchRun): void
}

/** One batch on its way, for the `attempt`-th time. */
export class BatchRun implements BatchSink, Holder {
  readonly id: number
  readonly batch: InputBatch<unknown>
  readonly attempt: number
  readonly onBegin?: (worker: WorkerInfo) => void
  readonly #owner: BatchOwner
  handle: BatchHandle | undefined
  #unreported: number
  #held = 0
  #done = false

  /** @param reportBegin - a subscriber wants to know when it begins */
  constructor(owner: BatchOwner, id: number, batch: InputBatch<unknown>, attempt: number, reportBegin: boolean) {
    this.#owner = owner
    this.id = id
    this.batch = batch
    this.attempt = attempt
    this.#unreported = batch.items.length
    if (reportBegin) this.onBegin = worker => owner.begun(this, worker)
  }

  get tasks(): number {
    return this.batch.items.length
  }

  onValue(position: number, value: unknown): void {
    this.#unreported--
    if (!this.#owner.over) this.#owner.succeeded(this, position, value)
  }

  onError(position: number, error: unknown): void {
    this.#unreported--
    if (!this.#owner.over) this.#owner.failed(this, position, error)
  }

  onDone(stats: BatchStats): void {
    if (this.#owner.over) return
    if (this.#unreported !== 0) {
      const reports = this.tasks - this.#unreported
      return this.#owner.failed(
        this,
        0,
        new InternalError(`the backend ended a batch of ${this.tasks} tasks after ${reports} reports`),
      )
    }
    this.#done = true
    this.#owner.done(this, stats)
    if (this.#held === 0 && !this.#owner.over) this.#owner.released(this)
  }

  hold(): void {
    this.#held++
  }

  taken(): void {
    if (--this.#held === 0 && this.#done && !this.#owner.over) this.#owner.released(this)
  }
}
