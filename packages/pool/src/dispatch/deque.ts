/** A ring is this long at least. */
const SMALLEST = 16
/** A ring that is longer than this gives its memory back when the last one is taken. */
const KEPT = 1 << 15

/** A queue with two ends: adding and taking at either end costs O(1), amortised. */
export class Deque<T> {
  /** A ring whose length is a power of two. */
  #ring: (T | undefined)[] = Array.from({ length: SMALLEST })
  #head = 0
  #length = 0

  get length(): number {
    return this.#length
  }

  /** The first one; undefined when there is none. */
  get first(): T | undefined {
    return this.#ring[this.#head]
  }

  push(item: T): void {
    if (this.#length === this.#ring.length) this.#grow()
    this.#ring[(this.#head + this.#length++) & (this.#ring.length - 1)] = item
  }

  unshift(item: T): void {
    if (this.#length === this.#ring.length) this.#grow()
    this.#head = (this.#head - 1) & (this.#ring.length - 1)
    this.#ring[this.#head] = item
    this.#length++
  }

  shift(): T | undefined {
    if (this.#length === 0) return undefined
    const item = this.#ring[this.#head]
    this.#ring[this.#head] = undefined
    this.#head = (this.#head + 1) & (this.#ring.length - 1)
    if (--this.#length === 0 && this.#ring.length > KEPT) this.clear()
    return item
  }

  clear(): void {
    this.#ring = Array.from({ length: SMALLEST })
    this.#head = 0
    this.#length = 0
  }

  at(index: number): T {
    return this.#ring[(this.#head + index) & (this.#ring.length - 1)] as T
  }

  *[Symbol.iterator](): IterableIterator<T> {
    for (let i = 0; i < this.#length; i++) yield this.at(i)
  }

  #grow(): void {
    const ring: (T | undefined)[] = []
    for (let i = 0; i < this.#length; i++) ring.push(this.at(i))
    for (let i = 0; i < this.#length; i++) ring.push(undefined)
    this.#ring = ring
    this.#head = 0
  }
}
