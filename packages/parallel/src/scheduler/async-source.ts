import { readStep, warnOf } from '@manyhands/base'
import type { Source } from './source.ts'

/** What an async input reports to its reader. */
export interface Arrivals {
  /** An item came. */
  arrived(): void
  /** The input ended, or threw: then with its error. */
  closed(failure?: { readonly error: unknown }): void
}

/** An async iterator. It is asked for one item at a time, and only when `request` is called. */
export class AsyncSource<T> implements Source<T> {
  readonly total = undefined
  readonly rest = undefined
  readonly #iterator: AsyncIterator<T>
  #items: T[] = []
  #pending = false
  #exhausted = false

  constructor(iterator: AsyncIterator<T>) {
    this.#iterator = iterator
  }

  /** Items that came and were not taken. */
  get waiting(): number {
    return this.#items.length
  }

  get ended(): boolean {
    return this.#exhausted && this.#items.length === 0
  }

  ready(): boolean {
    return this.#items.length > 0
  }

  get head(): T {
    return this.#items[0] as T
  }

  advance(): void {
    this.#items.shift()
  }

  take(most: number): readonly T[] {
    return this.#items.splice(0, most)
  }

  /** Asks for one more item, unless that was done already. */
  request(arrivals: Arrivals): void {
    if (this.#pending || this.#exhausted) return
    this.#pending = true
    this.#ask().then(
      item => {
        this.#pending = false
        if (this.#exhausted) return
        if (item === undefined) {
          this.#exhausted = true
          arrivals.closed()
        } else {
          this.#items.push(item.value)
          arrivals.arrived()
        }
      },
      (error: unknown) => {
        this.#pending = false
        if (this.#exhausted) return
        this.#exhausted = true
        arrivals.closed({ error })
      },
    )
  }

  async #ask(): Promise<{ readonly value: T } | undefined> {
    return readStep(await this.#iterator.next())
  }

  close(): Promise<unknown> | undefined {
    if (this.#exhausted) return undefined
    this.#exhausted = true
    this.#items = []
    const closing = this.#return()
    if (!this.#pending) return closing
    // A generator closes only when the item that it awaits has come, which may be never: do not wait for it.
    closing.catch(warnOf)
    return undefined
  }

  async #return(): Promise<unknown> {
    return this.#iterator.return?.()
  }
}
