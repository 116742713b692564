import type { FunctionRecord } from './function-table.ts'
import type { WorkerInfo } from '@manyhands/base'
import type { Slice } from './batch.ts'
import type { Task } from './task.ts'

/** What waits in a pool's queue. */
export type QueueItem = Task | Slice

/** Tasks that were sent to a worker in one message, until the worker has answered for all of them. */
export abstract class Shipment {
  /** Counts the shipments of a worker, which runs them in this order. */
  readonly id: number
  /** Less than at first when the worker gave some back. */
  size: number
  /** The worker answered for this many from the first on… */
  #prefix = 0
  /** …and for these beyond, when async tasks finish out of order. */
  #beyond: Set<number> | undefined
  /** A task asked for its context, so it may end itself when it is aborted. */
  listening = false
  /** Its tasks were failed by an abort; what the worker still says of them is of no interest. */
  aborted = false
  recalled = false
  readonly sentAt: number = performance.now()
  timer: NodeJS.Timeout | undefined

  constructor(id: number, size: number) {
    this.id = id
    this.size = size
  }

  abstract value(index: number, value: unknown): void
  abstract error(index: number, error: unknown): void
  abstract record(index: number): FunctionRecord
  /** A worker spent this time in some of the tasks. */
  spent(_durationMs: number, _worker: WorkerInfo): void {}
  /** The tasks from `index` on, to be queued again. */
  rest(index: number): QueueItem[] {
    return this.between(index, this.size)
  }
  protected abstract between(from: number, to: number): QueueItem[]
  /** Notes that a worker exited while the task ran, and says how often that has happened now. */
  abstract countExit(index: number): number
  /** One task, to be queued again. */
  one(index: number): QueueItem[] {
    return this.between(index, index + 1)
  }

  get unanswered(): number {
    return this.size - this.#prefix - (this.#beyond?.size ?? 0)
  }

  isAnswered(index: number): boolean {
    return index < this.#prefix || this.#beyond?.has(index) === true
  }

  /** Notes an answer for `count` tasks from `start` on. */
  answered(start: number, count: number): void {
    if (start !== this.#prefix) {
      this.#beyond ??= new Set()
      for (let i = start; i < start + count; i++) this.#beyond.add(i)
      return
    }
    this.#prefix += count
    while (this.#beyond?.delete(this.#prefix) === true) this.#prefix++
  }
}

export class TaskShipment extends Shipment {
  readonly #tasks: Task[]

  constructor(id: number, tasks: Task[]) {
    super(id, tasks.length)
    this.#tasks = tasks
  }

  task(index: number): Task {
    return this.#tasks[index] as Task
  }

  override value(index: number, value: unknown): void {
    const task = this.#tasks[index] as Task
    if (task.state !== 'running') return // it was failed by an abort
    task.release()
    task.resolve(value)
  }

  override error(index: number, error: unknown): void {
    const task = this.task(index)
    if (task.done) return
    task.release()
    task.reject(error)
  }

  override record(index: number): FunctionRecord {
    return this.task(index).fn
  }

  protected override between(from: number, to: number): QueueItem[] {
    return this.#tasks.slice(from, to).filter(task => !task.done)
  }

  override countExit(index: number): number {
    return this.task(index).countExit()
  }
}

export class SliceShipment extends Shipment {
  readonly slice: Slice

  constructor(id: number, slice: Slice) {
    super(id, slice.to - slice.from)
    this.slice = slice
  }

  override value(index: number, value: unknown): void {
    this.slice.state.value(this.slice.from + index, value)
  }

  override error(index: number, error: unknown): void {
    this.slice.state.error(this.slice.from + index, error)
  }

  override spent(durationMs: number, worker: WorkerInfo): void {
    this.slice.state.spent(durationMs, worker)
  }

  override record(index: number): FunctionRecord {
    return this.slice.state.record(this.slice.from + index)
  }

  protected override between(from: number, to: number): QueueItem[] {
    return from < to ? [this.slice.part(this.slice.from + from, this.slice.from + to)] : []
  }

  override countExit(index: number): number {
    return this.slice.state.countExit(this.slice.from + index)
  }
}
