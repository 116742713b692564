import { Lane } from './lane.ts'
import type { QueueItem } from './shipment.ts'

/** Items that nobody wants any more may be so many before they are looked for. */
const FEW = 64

/**
 * What waits for a worker: by priority, and first in first out among equals. Every operation costs O(1) an item, but
 * for the number of different priorities.
 */
export class TaskQueue {
  /** The highest priority first. There is always one. */
  readonly #lanes: [Lane, ...Lane[]] = [new Lane(0)]
  #tasks = 0
  /** Items that are no longer wanted, and still there. */
  #dropped = 0

  /** Tasks that wait: of the items, those that are still wanted. */
  get tasks(): number {
    return this.#tasks
  }

  /** Items, also those that are no longer wanted. */
  get length(): number {
    let length = 0
    for (const lane of this.#lanes) length += lane.length
    return length
  }

  push(item: QueueItem): void {
    this.#laneOf(item).push(item)
    this.#tasks += item.size
    item.onQueued?.()
  }

  /** Puts items before all others of their priority, in their order. */
  unshift(items: readonly QueueItem[]): void {
    for (let i = items.length - 1; i >= 0; i--) {
      const item = items[i] as QueueItem
      this.#laneOf(item).unshift(item)
      this.#tasks += item.size
      item.onQueued?.()
    }
  }

  /** The first item that is still wanted. */
  front(): QueueItem | undefined {
    const first = this.#lanes[0].front()
    if (first !== undefined || this.#lanes.length === 1) return first
    for (const lane of this.#lanes) {
      const item = lane.front()
      if (item !== undefined) return item
    }
    return undefined
  }

  /** The first one that can share a worker with others. */
  frontShared(): QueueItem | undefined {
    for (const lane of this.#lanes) {
      const item = lane.frontShared()
      if (item !== undefined) return item
    }
    return undefined
  }

  /** Takes out `item`, which is one of the fronts. */
  take(item: QueueItem): void {
    this.#laneOf(item).take(item)
    this.#tasks -= item.size
    item.onTaken?.()
  }

  /** An item that was queued here, with so many tasks, is not wanted any more. */
  noteDropped(tasks: number): void {
    this.#tasks -= tasks
    if (++this.#dropped <= FEW || this.#dropped * 2 < this.length) return
    this.sweep() // each was dropped once, and is looked at once or twice
  }

  /** Takes out all items that are no longer wanted, and counts the others. */
  sweep(): void {
    const wanted = [...this]
    this.#clear()
    this.#tasks = 0
    for (const item of wanted) {
      this.#laneOf(item).push(item)
      this.#tasks += item.size
    }
  }

  /** Takes everything out. */
  drain(): QueueItem[] {
    const all = [...this]
    this.#clear()
    this.#tasks = 0
    for (const item of all) item.onTaken?.()
    return all
  }

  /** Cancels what was never handed to a worker, and takes it out. */
  cancelPending(error: () => unknown): void {
    for (const item of this.drain()) if (!item.cancel(error)) this.push(item)
  }

  *[Symbol.iterator](): IterableIterator<QueueItem> {
    for (const lane of this.#lanes) yield* lane
  }

  #clear(): void {
    for (const lane of this.#lanes) lane.clear()
    this.#dropped = 0
  }

  #laneOf({ priority }: QueueItem): Lane {
    const first = this.#lanes[0]
    if (first.priority === priority) return first
    const at = this.#lanes.findIndex(lane => lane.priority <= priority)
    const found = this.#lanes[at]
    if (found?.priority === priority) return found
    const lane = new Lane(priority)
    this.#lanes.splice(at < 0 ? this.#lanes.length : at, 0, lane)
    return lane
  }
}
