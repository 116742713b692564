import { origin, type Origin } from '@manyhands/base'
import { poolOrigin } from '../entry-url.ts'
import { call, type IteratorProxy, Managed } from '../remote/managed.ts'

/**
 * A set in a manager. Its values are primitives, or proxies: other objects are copies, which are never found again.
 * Otherwise as {@link ListProxy}.
 */
export class SetProxy<T = unknown> extends Managed implements AsyncIterable<T> {
  /** @returns whether it was not there before */
  add(value: T): Promise<boolean> {
    return this[call]('add', value)
  }

  has(value: T): Promise<boolean> {
    return this[call]('has', value)
  }

  /** @returns whether it was there */
  delete(value: T): Promise<boolean> {
    return this[call]('delete', value)
  }

  /** Adds all values of an iterable. */
  async update(values: Iterable<T>): Promise<void> {
    return this[call]('update', [...values])
  }

  clear(): Promise<void> {
    return this[call]('clear')
  }

  size(): Promise<number> {
    return this[call]('size')
  }

  values(): Promise<T[]> {
    return this[call]('values')
  }

  async toSet(): Promise<Set<T>> {
    return new Set(await this.values())
  }

  /**
   * One call each; `values` is faster.
   *
   * @throws InvalidStateError when its size changes meanwhile
   */
  async *[Symbol.asyncIterator](): AsyncGenerator<T, undefined> {
    yield* await this[call]<IteratorProxy<T>>('iterate')
    return undefined
  }

  static get [origin](): Origin {
    return poolOrigin('SetProxy')
  }
}
