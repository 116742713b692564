import type { Affinity, WorkerInfo } from '@manyhands/base'
import type { BatchEncoder } from './batch-encoder.ts'
import type { FunctionRecord } from './function-table.ts'
import type { TaskCount } from './task-count.ts'

/** Something that can be aborted as a whole: a task, or a batch wherever its parts are. */
export interface Abortable {
  /** Fails at once what was not settled yet, and takes what is queued out of the queue. */
  abort(error: unknown): void
}

/** Something that waits in the queue of a pool. The queue and the dispatch know no more of it than this. */
export interface QueueItem {
  /** The name of its function, or of its first one. */
  readonly name: string
  readonly size: number
  /** False once it was cancelled or aborted: it is dropped when it comes to the front. */
  readonly wanted: boolean
  /** It can be ended on its own, so nothing else may be on its worker. */
  readonly exclusive: boolean
  /** Milliseconds for all of it, from its begin. */
  readonly timeoutMs: number | undefined
  /** Milliseconds that all of it is expected to take; undefined when that is not known. */
  readonly costMs: number | undefined
  /** Higher ones come first. */
  readonly priority: number
  /** Items with the same one go to the same worker. */
  readonly affinity: Affinity | undefined
  /** It is in the queue from now on, for the first time or again. */
  onQueued?(queue: TaskCount): void
  /** It was taken out of the queue. */
  onTaken?(): void
  /**
   * Packs what it holds, or the first part of it, and takes along what comes behind it in the queue if that can share a
   * message. It was taken out of the queue; what does not fit goes back there.
   *
   * @returns undefined when nothing of it can be sent: then that was failed
   */
  load(into: Loading): Shipment | undefined
  fail(error: () => unknown): void
  /** Cancels it unless it was sent before. @returns false when it has to run */
  cancel(error: () => unknown): boolean
}

/** A message in the making. */
export interface Loading {
  readonly encoder: BatchEncoder
  readonly queue: {
    front(): QueueItem | undefined
    /** @param item - what `front` gave */
    take(item: QueueItem): void
    unshift(items: readonly QueueItem[]): void
  }
  /** Tasks that the message may hold when the first of them costs so much. */
  limit(costMs: number | undefined): number
  /** Tasks that its worker may still be given. */
  readonly most: number
}

/** Tasks that were sent to a worker in one message, until the worker has answered for all of them. */
export abstract class Shipment {
  /** Counts the shipments of a worker, which runs them in this order. Set when it is sent. */
  id = 0
  /** Less than at first when the worker gave some back. */
  size: number
  /** Its worker runs nothing else, so that ending the worker costs no other task. */
  abstract readonly exclusive: boolean
  /** Milliseconds for all of it, from its begin. */
  abstract readonly timeoutMs: number | undefined
  /** Somebody wants to know when it begins. */
  abstract readonly reportsBegin: boolean
  /** Buffers that move to the worker. */
  readonly transfer: readonly unknown[] | undefined = undefined
  /** The worker answered for this many from the first on… */
  #prefix = 0
  /** …and for these beyond, when async tasks finish out of order. */
  #beyond: Set<number> | undefined
  /** A task asked for its context, so it may end itself when it is aborted. */
  listening = false
  /** Its tasks were failed by an abort; what the worker still reports of them is dropped. */
  aborted = false
  recalled = false
  /** Buffers or ports of the user moved with it to its worker: nobody can send it again. */
  moved = false
  /** The worker has reported which of its tasks it will not begin. After an abort: it is not stuck in one of them. */
  returned = false
  /** Milliseconds that its tasks took so far. */
  durationMs = 0
  /** Bytes of the buffers that came and went with it. */
  bytes = 0
  sentAt = 0
  timer: NodeJS.Timeout | undefined

  constructor(size: number) {
    this.size = size
  }

  abstract value(index: number, value: unknown): void
  abstract error(index: number, error: unknown): void
  abstract record(index: number): FunctionRecord
  /** What an abort of it aborts. */
  abstract readonly owner: Abortable
  /** A worker has begun it. */
  begin(_worker: WorkerInfo): void {}
  /** A worker spent this time in some of the tasks. */
  spent(durationMs: number, _worker: WorkerInfo): void {
    this.durationMs += durationMs
  }
  /** The tasks from `index` on, to be queued again. */
  rest(index: number): QueueItem[] {
    return this.between(index, this.size)
  }
  protected abstract between(from: number, to: number): QueueItem[]
  /** Notes that a worker exited while the task ran, and returns how often that has happened now. */
  abstract countExit(index: number): number
  /** One task, to be queued again. */
  one(index: number): QueueItem[] {
    return this.between(index, index + 1)
  }
  /** Its tasks one by one, to be queued again: a message that held them could not be cloned. */
  singly(): QueueItem[] {
    return Array.from({ length: this.size }, (_, index) => this.one(index)).flat()
  }

  /** It may be called back, and has not been. */
  get recallable(): boolean {
    return !this.recalled && !this.moved
  }

  get name(): string {
    return this.record(0).name
  }

  /** Milliseconds that it is expected to take; undefined when that is not known. */
  get costMs(): number | undefined {
    const { costMs } = this.record(0)
    return costMs === undefined ? undefined : costMs * this.size
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
