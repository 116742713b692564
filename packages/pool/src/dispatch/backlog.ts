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
  /** Of the last keys that were used, the oldest use first. */
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
    for (const [key, bound] of this.#workers) if (bound === worker) this.#forget(key, worker)
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
    const before = this.#workers.get(affinity)
    const worker = before !== undefined && isStaying(before) ? before : this.#choose()
    if (worker === undefined) return this.queue
    if (before !== undefined) this.#forget(affinity, before)
    this.#workers.set(affinity, worker)
    worker.keys++
    if (this.#workers.size > MOST_KEYS) {
      const [oldest] = this.#workers
      if (oldest !== undefined) this.#forget(...oldest)
    }
    return (worker.line ??= new TaskQueue())
  }

  /** The worker with the fewest keys, or another one where all have some. */
  #choose(): WorkerHandle | undefined {
    let best: WorkerHandle | undefined
    for (const worker of this.#staff) {
      if (isStaying(worker) && (best === undefined || worker.keys < best.keys)) best = worker
    }
    const isShared = best === undefined || best.keys > 0
    return (isShared && this.#staff.hasRoom ? this.#staff.start() : undefined) ?? best
  }

  #forget(key: Affinity, worker: WorkerHandle): void {
    this.#workers.delete(key)
    worker.keys--
  }
}

function isStaying(worker: WorkerHandle): boolean {
  return !worker.retiring && !worker.ending && !worker.gone && worker.tasksLeft > 0
}
