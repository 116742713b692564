import { setImmediate } from '@manyhands/base'
import { type Arrivals, AsyncSource } from './async-source.ts'
import type { BatchPolicy } from './batch-policy.ts'
import { costKeyOf } from './cost-key.ts'
import { IteratorSource } from './iterator-source.ts'
import type { Source } from './source.ts'
import type { Work } from './work.ts'

/** Items of the input that will be sent together. */
export interface InputBatch<T> {
  readonly items: readonly T[]
  /** Position of the first one. */
  readonly first: number
  /** Of the functions that run for them. */
  readonly costKeys: readonly string[]
}

export interface BatcherOptions<T> {
  readonly source: Source<T>
  readonly work: Work<T>
  readonly policy: BatchPolicy
  /** Pull all of the input at once, however slowly it is worked off. */
  readonly eager: boolean
  /** Runs a function in the async context of the caller. */
  readonly context: <R>(fn: () => R) => R
  /** One more batch may be sent. */
  readonly hasRoom: () => boolean
  /** There is something to gather, or the input ended. */
  readonly wake: () => void
  readonly fail: (error: unknown) => void
}

/** The input side of a call: turns items into batches. A batch never waits for items: it holds those that are there. */
export class Batcher<T> implements Arrivals {
  readonly #options: BatcherOptions<T>
  #source: Source<T>
  #pulled = 0
  #flush: NodeJS.Immediate | undefined

  constructor(options: BatcherOptions<T>) {
    this.#options = options
    this.#source = options.source
  }

  get total(): number | undefined {
    return this.#source.total
  }

  get ended(): boolean {
    return this.#source.ended
  }

  /** @throws what the input throws, when it is pulled as a whole */
  open(): void {
    if (!this.#options.eager || !(this.#source instanceof IteratorSource)) return
    const source: IteratorSource<T> = this.#source
    this.#source = this.#options.context(() => source.drained())
  }

  /**
   * The next batch of what is there now; undefined when nothing is.
   *
   * @throws what the input throws; TypeError for an item that is not what it should be
   */
  next(): InputBatch<T> | undefined {
    const gathered = this.#options.context(() => this.#gather())
    return gathered.items.length === 0 ? undefined : gathered
  }

  #gather(): InputBatch<T> {
    const { work, policy } = this.#options
    const first = this.#pulled
    if (work.fn !== undefined) {
      const costKey = costKeyOf(work.fn)
      const items = this.#source.take(policy.size(costKey, this.#source.rest))
      this.#pulled += items.length
      return { items, first, costKeys: [costKey] }
    }
    const items: T[] = []
    const costKeys: string[] = []
    let lastFn: object | undefined
    let lastKey: string | undefined
    let most = Infinity
    while (items.length < most && this.#source.ready()) {
      const fn = work.fnOf(this.#source.head, this.#pulled)
      if (fn !== lastFn) {
        const costKey = costKeyOf(fn)
        if (costKey !== lastKey) {
          most = Math.min(most, policy.size(costKey, this.#source.rest))
          if (items.length > 0 && items.length >= most) break // its cost is higher, or unknown
          if (!costKeys.includes(costKey)) costKeys.push(costKey)
          lastKey = costKey
        }
        lastFn = fn
      }
      items.push(this.#source.head)
      this.#source.advance()
      this.#pulled++
    }
    return { items, first, costKeys }
  }

  /** Asks an async input for more, if more may be sent. */
  request(): void {
    const source = this.#source
    if (!(source instanceof AsyncSource)) return
    if (this.#options.eager || this.#options.hasRoom()) this.#options.context(() => source.request(this))
  }

  /** An item of an async input came. What else comes in this turn of the event loop joins its batch. */
  arrived(): void {
    if (this.#options.hasRoom()) {
      try {
        if (this.#isFull()) return this.#options.wake()
      } catch (error) {
        return this.#options.fail(error)
      }
      this.#flush ??= setImmediate(() => {
        this.#flush = undefined
        this.#options.wake()
      })
    }
    this.request()
  }

  #isFull(): boolean {
    const { work, policy } = this.#options
    const costKey = costKeyOf(work.fn ?? work.fnOf(this.#source.head, this.#pulled))
    return (this.#source as AsyncSource<T>).waiting >= policy.size(costKey, undefined)
  }

  closed(failure?: { readonly error: unknown }): void {
    if (failure === undefined) this.#options.wake()
    else this.#options.fail(failure.error)
  }

  /**
   * Pulls no more.
   *
   * @returns a promise when the input has something to clean up
   * @throws what the input throws while it cleans up
   */
  close(): Promise<unknown> | undefined {
    clearImmediate(this.#flush)
    return this.#options.context(() => this.#source.close())
  }
}
