import { openInput, readStep } from '@manyhands/base'
import { AsyncSource } from './async-source.ts'

/** The input of a call, pulled no further than it is asked. */
export interface Source<T> {
  /** How many items there are in all, where that is known beforehand. */
  readonly total: number | undefined
  /** How many items are left, where that is known. */
  readonly rest: number | undefined
  /** Nothing is left. An iterator tells only when it is asked in vain. */
  readonly ended: boolean
  /** True when an item is there now; then it is `head`. */
  ready(): boolean
  readonly head: T
  /** Takes `head`. */
  advance(): void
  /** Takes what is there now, `most` items at most. */
  take(most: number): readonly T[]
  /** No more is wanted. Returns a promise when the input has something to clean up. */
  close(): Promise<unknown> | undefined
}

/**
 * What `input` holds. An array is read as it is when its items are taken, up to the length that it has now.
 *
 * @throws TypeError when it is not iterable
 */
export function openSource<T>(
  where: string,
  what: string,
  input: Iterable<T> | AsyncIterable<T>,
): Source<T> | AsyncSource<T> {
  if (Array.isArray(input)) return new ArraySource<T>(input)
  if (ArrayBuffer.isView(input) && !(input instanceof DataView)) {
    return new ArraySource(input as unknown as ArrayLike<T>)
  }
  const opened = openInput<T>(where, what, input)
  if ('async' in opened) return new AsyncSource(opened.async)
  return new IteratorSource(opened.sync, input instanceof Set || input instanceof Map ? input.size : undefined)
}

/** An array: sliced, never iterated. */
class ArraySource<T> implements Source<T> {
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

/**
 * Time that one batch may take to be pulled. Larger: fewer batches from a slow generator; smaller: its items reach the
 * workers sooner.
 */
const PULL_MS = 2

/** An iterator, asked for one item after the other. */
export class IteratorSource<T> implements Source<T> {
  readonly total: number | undefined
  readonly #iterator: Iterator<T>
  #held: { readonly value: T } | undefined
  #pulled = 0
  #pulling = false
  #closed = false
  ended = false

  constructor(iterator: Iterator<T>, total: number | undefined) {
    this.#iterator = iterator
    this.total = total
  }

  get rest(): number | undefined {
    return this.total === undefined ? undefined : Math.max(0, this.total - this.#pulled)
  }

  ready(): boolean {
    if (this.#held !== undefined) return true
    if (this.ended) return false
    this.#pulling = true
    try {
      this.#held = readStep(this.#iterator.next())
      if (this.#held === undefined) this.ended = true
    } catch (error) {
      this.ended = true // by its own error: there is nothing to close
      throw error
    } finally {
      this.#pulling = false
    }
    if (this.#closed) this.#return()
    return this.#held !== undefined
  }

  get head(): T {
    return (this.#held as { readonly value: T }).value
  }

  advance(): void {
    this.#held = undefined
    this.#pulled++
  }

  /** Pulls everything now. */
  drained(): Source<T> {
    const all: T[] = []
    for (; this.ready(); this.advance()) all.push(this.head)
    return new ArraySource(all)
  }

  take(most: number): readonly T[] {
    const taken: T[] = []
    const until = performance.now() + PULL_MS
    while (taken.length < most && this.ready()) {
      taken.push(this.head)
      this.advance()
      if (performance.now() > until) break
    }
    return taken
  }

  close(): undefined {
    this.#closed = true
    // A generator that is closed from within cannot be closed before it yields.
    if (!this.#pulling) this.#return()
  }

  #return(): void {
    if (this.ended) return
    this.ended = true
    this.#held = undefined
    this.#iterator.return?.()
  }
}
