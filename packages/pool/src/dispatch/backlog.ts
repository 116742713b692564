import type { Affinity } from '@manyhands/base'
import type { QueueItem } from './shipment.ts'
import type { Staff } from './staff.ts'
import { TaskQueue } from './task-queue.ts'
import type { WorkerHandle } from './worker-handle.ts'

/** Keys whose workers are remembered. More: more memory; fewer: old keys are given another worker sooner. */
const MOST_KEYS = 10_000

/**
 * Everything that waits for a worker: the queue for all of them, and for each worker a line of those tasks that only it
 * is to run, because others with the same key ran there.
 */
export class Backlog {
  readonly queue = new TaskQueue()
  readonly #staff: Staff
  /** The oldest use first. */
  readonly #workers = new Map<Affinity, WorkerHandle>()

  constructor(staff: Staff) {
    this.#staff = staff
  }

  /** Tasks that wait and are still wanted. */
  get tasks(): number {
    let tasks = this.queue.tasks
    if (this.#workers.size > 0) for (const { line } of this.#staff) tasks += line?.tasks ?? 0
    return tasks
  }

  get isEmpty(): boolean {
    if (this.queue.front() !== undefined) return false
    return this.#workers.size === 0 || this.#lines().every(line => line.front() === undefined)
  }

  push(item: QueueItem): void {
    this.#queueOf(item).push(item)
  }

  /** Puts items before all others of their priority, in their order. */
  unshift(items: readonly QueueItem[]): void {
    if (this.#workers.size === 0) return this.queue.unshift(items)
    for (const item of items.toReversed()) this.#queueOf(item).unshift([item])
  }

  /** Takes out what is no longer wanted. */
  sweep(): void {
    for (const queue of [this.queue, ...this.#lines()]) queue.sweep()
  }

  /** Nothing more is sent to the worker: what waits for it goes to others. */
  release(worker: WorkerHandle): void {
    if (worker.line === undefined) return
    const { line } = worker
    worker.line = undefined
    for (const [key, bound] of this.#workers) if (bound === worker) this.#workers.delete(key)
    for (const item of line.drain()) this.push(item)
  }

  drain(): QueueItem[] {
    return [this.queue, ...this.#lines()].flatMap(queue => queue.drain())
  }

  cancelPending(error: () => unknown): void {
    for (const item of Array.from(this)) item.cancel(error)
  }

  *[Symbol.iterator](): IterableIterator<QueueItem> {
    for (const queue of [this.queue, ...this.#lines()]) yield* queue
  }

  #lines(): TaskQueue[] {
    return [...this.#staff].flatMap(({ line }) => line ?? [])
  }

  #queueOf({ affinity }: QueueItem): TaskQueue {
    if (affinity === undefined) return this.queue
    const worker = this.#bound(affinity) ?? this.#choose()
    if (worker === undefined) return this.queue
    this.#workers.delete(affinity)
    this.#workers.set(affinity, worker)
    if (this.#workers.size > MOST_KEYS) this.#forgetOldest()
    return (worker.line ??= new TaskQueue())
  }

  #bound(affinity: Affinity): WorkerHandle | undefined {
    const worker = this.#workers.get(affinity)
    return worker !== undefined && isStaying(worker) ? worker : undefined
  }

  /** The worker with the fewest keys, or another one where all have some. */
  #choose(): WorkerHandle | undefined {
    const counts = new Map<WorkerHandle, number>()
    for (const worker of this.#staff) if (isStaying(worker)) counts.set(worker, 0)
    for (const worker of this.#workers.values()) {
      const count = counts.get(worker)
      if (count !== undefined) counts.set(worker, count + 1)
    }
    let best: WorkerHandle | undefined
    let least = Infinity
    for (const [worker, count] of counts) if (count < least) [best, least] = [worker, count]
    return (least > 0 && this.#staff.hasRoom ? this.#staff.start() : undefined) ?? best
  }

  /** One whose tasks still wait stays: their count is kept by its worker. */
  #forgetOldest(): void {
    for (const [key, worker] of this.#workers) {
      if (worker.line !== undefined && worker.line.tasks > 0) continue
      this.#workers.delete(key)
      return
    }
  }
}

function isStaying(worker: WorkerHandle): boolean {
  return !worker.retiring && !worker.ending && !worker.gone && worker.tasksLeft > 0
}
