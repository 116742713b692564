import type { QueueItem } from './shipment.ts'

/** What waits for a worker, first in first out. Items that are no longer wanted stay until they come to the front. */
export class TaskQueue {
  #items: (QueueItem | undefined)[] = []
  #head = 0

  /** Counts items that are no longer wanted as well. */
  get length(): number {
    return this.#items.length - this.#head
  }

  push(item: QueueItem): void {
    this.#items.push(item)
    item.onQueued?.()
  }

  /** The first item that is still wanted. */
  front(): QueueItem | undefined {
    for (; this.#head < this.#items.length; this.shift()) {
      const item = this.#items[this.#head] as QueueItem
      if (item.wanted) return item
    }
    return undefined
  }

  shift(): void {
    this.#items[this.#head++] = undefined
    if (this.#head === this.#items.length) {
      this.#items = []
      this.#head = 0
    } else if (this.#head > 4096 && this.#head * 2 > this.#items.length) {
      this.#items = this.#items.slice(this.#head)
      this.#head = 0
    }
  }

  /** Puts items before all others, in their order. */
  unshift(items: readonly QueueItem[]): void {
    if (items.length === 0) return
    if (items.length > this.#head) {
      this.#items = [...items, ...this.#items.slice(this.#head)]
      this.#head = 0
    } else {
      for (let i = items.length - 1; i >= 0; i--) this.#items[--this.#head] = items[i]
    }
    for (const item of items) item.onQueued?.()
  }

  /** Takes everything out. */
  drain(): QueueItem[] {
    const all = [...this]
    this.#items = []
    this.#head = 0
    return all
  }

  /** Cancels what was never handed to a worker, and takes it out. */
  cancelPending(error: () => unknown): void {
    this.#items = [...this].filter(item => !item.cancel(error))
    this.#head = 0
  }

  *[Symbol.iterator](): IterableIterator<QueueItem> {
    for (let i = this.#head; i < this.#items.length; i++) {
      const item = this.#items[i] as QueueItem
      if (item.wanted) yield item
    }
  }
}
