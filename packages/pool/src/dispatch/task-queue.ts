import { Lane } from './lane.ts'
import type { QueueItem } from './shipment.ts'
import type { TaskCount } from './task-count.ts'

/** Items that nobody wants any more may be so many before they are looked for. */
const FEW = 64

/**
 * What waits for a worker: by priority, and first in first out among equals. Every operation costs O(1) an item, and
 * with p different priorities O(log p).
 */
export class TaskQueue implements TaskCount {
  /** The highest priority first. One that is empty is gone, but for that of priority 0. */
  readonly #lanes: [Lane, ...Lane[]] = [new Lane(0)]
  #tasks = 0
  /** Items that are no longer wanted, and still there. */
  #dropped = 0

  /** Tasks that wait: of the items, those that are still wanted. */
  get tasks(): number {
    return this.#tasks
  }

  push(item: QueueItem): void {
    this.#laneOf(item).push(item)
    this.#tasks += item.size
    item.onQueued?.(this)
  }

  /** Puts those that are still wanted before all others of their priority, in their order. */
  unshift(items: readonly QueueItem[]): void {
    for (let i = items.length - 1; i >= 0; i--) {
      const item = items[i] as QueueItem
      if (!item.wanted) continue
      this.#laneOf(item).unshift(item)
      this.#tasks += item.size
      item.onQueued?.(this)
    }
  }

  /** The first item that is still wanted. */
  front(): QueueItem | undefined {
    return this.#lanes.length === 1 ? this.#lanes[0].front() : this.#frontOf(lane => lane.front())
  }

  /** The first one that can share a worker with others. */
  frontShared(): QueueItem | undefined {
    return this.#frontOf(lane => lane.frontShared())
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
    if (++this.#dropped > FEW && this.#dropped > this.#tasks) this.sweep() // each is looked at once or twice
  }

  /** Takes out all items that are no longer wanted, and counts the others. */
  sweep(): void {
    const wanted = [...this]
    this.#clear()
    for (const item of wanted) {
      this.#laneOf(item).push(item)
      this.#tasks += item.size
    }
  }

  /** Takes everything out. */
  drain(): QueueItem[] {
    const all = [...this]
    this.#clear()
    for (const item of all) item.onTaken?.()
    return all
  }

  *[Symbol.iterator](): IterableIterator<QueueItem> {
    for (const lane of this.#lanes) yield* lane
  }

  #clear(): void {
    this.#lanes.splice(0, this.#lanes.length, new Lane(0))
    this.#tasks = 0
    this.#dropped = 0
  }

  #frontOf(front: (lane: Lane) => QueueItem | undefined): QueueItem | undefined {
    for (let at = 0; at < this.#lanes.length; at++) {
      const lane = this.#lanes[at] as Lane
      const item = front(lane)
      if (item !== undefined) return item
      if (lane.length === 0 && lane.priority !== 0) this.#lanes.splice(at--, 1)
    }
    return undefined
  }

  #laneOf({ priority }: QueueItem): Lane {
    const first = this.#lanes[0]
    if (first.priority === priority) return first
    let from = 0
    for (let to = this.#lanes.length; from < to;) {
      const middle = (from + to) >> 1
      if ((this.#lanes[middle] as Lane).priority > priority) from = middle + 1
      else to = middle
    }
    const found = this.#lanes[from]
    if (found?.priority === priority) return found
    const lane = new Lane(priority)
    this.#lanes.splice(from, 0, lane)
    return lane
  }
}
