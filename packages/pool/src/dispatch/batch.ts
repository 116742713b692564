import type { Batch, BatchOptions, BatchSink, WorkerInfo } from '@manyhands/base'
import type { FunctionRecord } from './function-table.ts'
import { asSendError } from './send-error.ts'
import { type Abortable, type Loading, type QueueItem, Shipment } from './shipment.ts'

/** A batch on its way: what is common to its slices. */
export class BatchState implements Abortable {
  readonly batch: Batch
  readonly size: number
  readonly sink: BatchSink
  readonly timeoutMs: number | undefined
  readonly priority: number
  readonly #records: readonly FunctionRecord[]
  #left: number
  readonly #reported: Uint8Array
  #durationMs = 0
  #worker: WorkerInfo | undefined
  #begun = false
  /** How many workers exited while they ran the task with that index. */
  readonly #exits = new Map<number, number>()
  /** Slices that are in the queue. */
  readonly #queued = new Set<Slice>()

  /** @param records - of the calls, or the one of the function */
  constructor(batch: Batch, records: readonly FunctionRecord[], sink: BatchSink, options: BatchOptions) {
    this.batch = batch
    this.size = 'calls' in batch ? batch.calls.length : batch.items.length
    this.#records = records
    this.sink = sink
    this.timeoutMs = options.timeoutMs
    this.priority = options.priority ?? 0
    this.#left = this.size
    this.#reported = new Uint8Array(this.size)
  }

  /** All of it, to be queued. */
  whole(): Slice {
    return new Slice(this, 0, this.size)
  }

  record(index: number): FunctionRecord {
    return (this.#records.length === 1 ? this.#records[0] : this.#records[index]) as FunctionRecord
  }

  noteQueued(slice: Slice): void {
    this.#queued.add(slice)
  }

  noteTaken(slice: Slice): void {
    this.#queued.delete(slice)
  }

  /** All its tasks were reported. */
  get done(): boolean {
    return this.#left <= 0
  }

  /** Takes it back if no part of it was sent yet. */
  cancel(): boolean {
    const [only] = this.#queued
    if (only === undefined || only.size !== this.size || this.isReported(0)) return false
    this.#drop()
    this.#reported.fill(1) // an abort that follows reports nothing either
    this.#left = -1
    return true
  }

  abort(error: unknown): void {
    this.#drop()
    for (let i = 0; i < this.size; i++) if (!this.isReported(i)) this.error(i, error)
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

  /** What is queued is no longer wanted. */
  #drop(): void {
    const slices = [...this.#queued]
    this.#queued.clear()
    for (const slice of slices) {
      slice.cancelled = true
      this.record(slice.from).noteDropped(slice.size, undefined)
    }
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
export class Slice implements QueueItem {
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

  get name(): string {
    return this.state.record(this.from).name
  }

  get size(): number {
    return this.to - this.from
  }

  get wanted(): boolean {
    return !this.cancelled && !this.state.done
  }

  /** With a time limit it can be ended on its own, so nothing else may be on its worker. */
  get exclusive(): boolean {
    return this.timeoutMs !== undefined
  }

  get timeoutMs(): number | undefined {
    return this.state.timeoutMs
  }

  get costMs(): number | undefined {
    const { costMs } = this.state.record(this.from)
    return costMs === undefined ? undefined : costMs * this.size
  }

  get priority(): number {
    return this.state.priority
  }

  get affinity(): undefined {
    return undefined
  }

  onQueued(): void {
    this.state.noteQueued(this)
  }

  onTaken(): void {
    this.state.noteTaken(this)
  }

  /**
   * Packs its tasks from the front on, until one shares an object with those before. One whose arguments cannot travel
   * is failed and left out.
   */
  load({ encoder, queue, most }: Loading): Shipment | undefined {
    const { state } = this
    const { batch } = state
    const { from } = this
    let i = from
    for (; i < this.to && i - from < most; i++) {
      const fn = state.record(i)
      try {
        const call = 'calls' in batch ? batch.calls[i] : undefined
        const fits =
          call !== undefined
            ? encoder.add(fn, call.args)
            : 'items' in batch && encoder.addItem(fn, batch.items[i], batch.firstIndex + i)
        if (!fits) break
      } catch (error) {
        if (i > from) break // it is the first of the next message and is failed there
        state.error(i, asSendError(fn.name, error))
        // The sink may have aborted the batch, or another one and with that the worker: the rest is decided anew.
        if (i + 1 < this.to) queue.unshift([this.part(i + 1, this.to)])
        return undefined
      }
    }
    if (i < this.to) queue.unshift([this.part(i, this.to)])
    return new SliceShipment(this.part(from, i))
  }

  fail(error: () => unknown): void {
    for (let i = this.from; i < this.to; i++) this.state.error(i, error())
  }

  cancel(error: () => unknown): boolean {
    this.cancelled = true
    this.state.noteTaken(this)
    this.state.record(this.from).noteDropped(this.size, undefined)
    this.fail(error)
    return true
  }
}

class SliceShipment extends Shipment {
  readonly #slice: Slice

  constructor(slice: Slice) {
    super(slice.size)
    this.#slice = slice
  }

  override get exclusive(): boolean {
    return this.#slice.exclusive
  }

  override get timeoutMs(): number | undefined {
    return this.#slice.state.timeoutMs
  }

  override get reportsBegin(): boolean {
    return this.timeoutMs !== undefined || this.#slice.state.sink.onBegin !== undefined
  }

  override get owner(): Abortable {
    return this.#slice.state
  }

  override begin(worker: WorkerInfo): void {
    this.#slice.state.begin(worker)
  }

  override value(index: number, value: unknown): void {
    this.#slice.state.value(this.#slice.from + index, value)
  }

  override error(index: number, error: unknown): void {
    this.#slice.state.error(this.#slice.from + index, error)
  }

  override spent(durationMs: number, worker: WorkerInfo): void {
    super.spent(durationMs, worker)
    this.#slice.state.spent(durationMs, worker)
  }

  override record(index: number): FunctionRecord {
    return this.#slice.state.record(this.#slice.from + index)
  }

  protected override between(from: number, to: number): QueueItem[] {
    return from < to ? [this.#slice.part(this.#slice.from + from, this.#slice.from + to)] : []
  }

  override countExit(index: number): number {
    return this.#slice.state.countExit(this.#slice.from + index)
  }
}
