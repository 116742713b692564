import type { Source } from './source.ts'

/** An array: sliced, never iterated. */
export class ArraySource<T> implements Source<T> {
  readonly total: number
  readonly #items: ArrayLike<T>
  #next = 0

  constructor(items: ArrayLike<T>) {
    this.#items = items
    this.total = items.length
  }

  get rest(): number {
    return Math.min(this.total, this.#items.length) - this.#next
  }

  get ended(): boolean {
    return this.rest <= 0
  }

  ready(): boolean {
    return this.rest > 0
  }

  get head(): T {
    return this.#items[this.#next] as T
  }

  advance(): void {
    this.#next++
  }

  take(most: number): readonly T[] {
    const from = this.#next
    this.#next += Math.max(0, Math.min(most, this.rest))
    return Array.isArray(this.#items)
      ? this.#items.slice(from, this.#next)
      : Array.from({ length: this.#next - from }, (_, i) => this.#items[from + i] as T)
  }

  close(): undefined {
    this.#next = Infinity
  }
}
