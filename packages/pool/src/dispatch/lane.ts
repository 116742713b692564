import { Deque } from './deque.ts'
import type { QueueItem } from './shipment.ts'

interface Limited {
  readonly item: QueueItem
  /** It comes after this many of the others, counted from the first one ever. */
  readonly after: number
}

/**
 * Items of one priority, first in first out. Those that need a worker for themselves wait apart, so that others can go
 * past them to workers that are not free for these.
 */
export class Lane {
  readonly priority: number
  readonly #shared = new Deque<QueueItem>()
  readonly #limited = new Deque<Limited>()
  /** Items that have left `#shared` at its front. */
  #passed = 0

  constructor(priority: number) {
    this.priority = priority
  }

  /** Counts items that are no longer wanted as well. */
  get length(): number {
    return this.#shared.length + this.#limited.length
  }

  push(item: QueueItem): void {
    if (item.exclusive) this.#limited.push({ item, after: this.#passed + this.#shared.length })
    else this.#shared.push(item)
  }

  /** Puts it before all others, but behind those that it went past. */
  unshift(item: QueueItem): void {
    if (item.exclusive) {
      this.#limited.unshift({ item, after: this.#passed })
    } else {
      this.#shared.unshift(item)
      this.#passed--
    }
  }

  /** The first item that is still wanted. */
  front(): QueueItem | undefined {
    const shared = this.frontShared()
    if (this.#limited.length === 0) return shared
    const limited = this.#frontLimited()
    return limited !== undefined && (shared === undefined || limited.after <= this.#passed) ? limited.item : shared
  }

  /** The first one that can share a worker. */
  frontShared(): QueueItem | undefined {
    for (let item = this.#shared.first; item !== undefined; item = this.#shared.first) {
      if (item.wanted) return item
      this.#shift()
    }
    return undefined
  }

  /** Takes out `item`, which is one of the fronts. */
  take(item: QueueItem): void {
    if (item.exclusive) this.#limited.shift()
    else this.#shift()
  }

  clear(): void {
    this.#shared.clear()
    this.#limited.clear()
  }

  /** Those that are still wanted, in their order. */
  *[Symbol.iterator](): IterableIterator<QueueItem> {
    let next = 0
    let position = this.#passed
    for (const item of this.#shared) {
      for (; next < this.#limited.length && this.#limited.at(next).after <= position; next++) {
        if (this.#limited.at(next).item.wanted) yield this.#limited.at(next).item
      }
      position++
      if (item.wanted) yield item
    }
    for (; next < this.#limited.length; next++) {
      if (this.#limited.at(next).item.wanted) yield this.#limited.at(next).item
    }
  }

  #frontLimited(): Limited | undefined {
    for (let first = this.#limited.first; first !== undefined; first = this.#limited.first) {
      if (first.item.wanted) return first
      this.#limited.shift()
    }
    return undefined
  }

  #shift(): void {
    this.#shared.shift()
    this.#passed++
  }
}
