import { readStep, clock } from '@manyhands/base'
import { ArraySource } from './array-source.ts'
import type { Source } from './source.ts'

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
    const until = clock() + PULL_MS
    while (taken.length < most && this.ready()) {
      taken.push(this.head)
      this.advance()
      if (clock() > until) break
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
