import type { Batch, BatchSink, WorkerInfo } from '@manyhands/base'
import type { FunctionRecord } from './function-table.ts'

/** A batch on its way: what is common to its slices. */
export class BatchState {
  readonly batch: Batch
  readonly size: number
  readonly sink: BatchSink
  readonly timeoutMs: number | undefined
  readonly #records: readonly FunctionRecord[]
  #left: number
  #reported: Uint8Array
  #durationMs = 0
  #worker: WorkerInfo | undefined
  #begun = false
  /** How many workers exited while they ran the task with that index. */
  readonly #exits = new Map<number, number>()

  /** The slice that is queued and holds all of it; undefined once a part was sent. */
  queued: Slice | undefined

  /** @param records - of the calls, or the one of the function */
  constructor(batch: Batch, records: readonly FunctionRecord[], sink: BatchSink, timeoutMs: number | undefined) {
    this.batch = batch
    this.size = 'calls' in batch ? batch.calls.length : batch.items.length
    this.#records = records
    this.sink = sink
    this.timeoutMs = timeoutMs
    this.#left = this.size
    this.#reported = new Uint8Array(this.size)
  }

  record(index: number): FunctionRecord {
    return (this.#records.length === 1 ? this.#records[0] : this.#records[index]) as FunctionRecord
  }

  /** Takes it back if no part of it was sent yet. */
  cancel(): boolean {
    if (this.queued === undefined || this.queued.cancelled || this.isReported(0)) return false
    this.queued.cancelled = true
    return true
  }

  isReported(index: number): boolean {
    return this.#reported[index] === 1
  }

  begin(worker: WorkerInfo): void {
    if (this.#begun) return
    this.#begun = true
    this.sink.onBegin?.(worker)
  }

  value(index: number, value: unknown): void {
    if (this.#report(index)) this.sink.onValue(index, value)
    this.#finishIfLast()
  }

  error(index: number, error: unknown): void {
    if (this.#report(index)) this.sink.onError(index, error)
    this.#finishIfLast()
  }

  countExit(index: number): number {
    const exits = (this.#exits.get(index) ?? 0) + 1
    this.#exits.set(index, exits)
    return exits
  }

  spent(durationMs: number, worker: WorkerInfo): void {
    this.#durationMs += durationMs
    this.#worker = worker
  }

  #report(index: number): boolean {
    if (this.#reported[index] !== 0) return false
    this.#reported[index] = 1
    this.#left--
    return true
  }

  #finishIfLast(): void {
    if (this.#left !== 0) return
    this.#left = -1
    this.sink.onDone({ durationMs: this.#durationMs, worker: this.#worker })
  }
}

/** The tasks `from` (inclusive) to `to` (exclusive) of a batch: the whole of it, or what was given back by a worker. */
export class Slice {
  readonly state: BatchState
  readonly from: number
  readonly to: number
  /** Dropped while it was queued. */
  cancelled = false

  constructor(state: BatchState, from: number, to: number) {
    this.state = state
    this.from = from
    this.to = to
  }

  part(from: number, to: number): Slice {
    return new Slice(this.state, from, to)
  }

  get wanted(): boolean {
    return !this.cancelled
  }

  /** With a time limit it can be ended on its own, so nothing else may be on its worker. */
  get exclusive(): boolean {
    return this.state.timeoutMs !== undefined
  }
}
