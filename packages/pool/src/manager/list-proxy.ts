import { origin, type Origin } from '@manyhands/base'
import { poolOrigin } from '../entry-url.ts'
import { call, Managed } from '../remote/managed.ts'

/**
 * A list in a manager, shared by everyone who has a proxy of it. Each call is one step for all others. Values are
 * copies; to change one, set it again, or put a proxy there.
 *
 * Indexes that are negative count from the end. All calls reject with ShutdownError after the manager was shut down,
 * and with ConnectionClosedError when its process has died; with SerializationError when a value cannot travel.
 */
export class ListProxy<T = unknown> extends Managed implements AsyncIterable<T> {
  at(index: number): Promise<T | undefined> {
    return this[call]('at', index)
  }

  /** @throws RangeError when there is no such item */
  set(index: number, value: T): Promise<void> {
    return this[call]('set', index, value)
  }

  /** @returns the new length */
  push(...values: readonly T[]): Promise<number> {
    return this[call]('push', values)
  }

  /** Adds values to the front. @returns the new length */
  unshift(...values: readonly T[]): Promise<number> {
    return this[call]('unshift', values)
  }

  /** Adds all values of an iterable. @returns the new length */
  async extend(values: Iterable<T>): Promise<number> {
    return this[call]('push', [...values])
  }

  pop(): Promise<T | undefined> {
    return this[call]('pop')
  }

  shift(): Promise<T | undefined> {
    return this[call]('shift')
  }

  /** @returns what was removed */
  splice(start: number, deleteCount = Infinity, ...values: readonly T[]): Promise<T[]> {
    return this[call]('splice', start, deleteCount, values)
  }

  slice(start?: number, end?: number): Promise<T[]> {
    return this[call]('slice', start, end)
  }

  toArray(): Promise<T[]> {
    return this[call]('slice')
  }

  length(): Promise<number> {
    return this[call]('length')
  }

  /** Finds primitives and proxies. Other objects are copies, of which none is the same. */
  indexOf(value: T): Promise<number> {
    return this[call]('indexOf', value)
  }

  /** As `indexOf`. */
  includes(value: T): Promise<boolean> {
    return this[call]('includes', value)
  }

  /**
   * @param compare - runs in the manager. @default as text, as `Array.prototype.sort`
   * @throws what `compare` throws, TypeError when it returns a promise; the list is as it was then
   */
  sort(compare?: (a: T, b: T) => number): Promise<void> {
    return this[call]('sort', compare)
  }

  reverse(): Promise<void> {
    return this[call]('reverse')
  }

  clear(): Promise<void> {
    return this[call]('clear')
  }

  /** One call each, so that it sees what is changed meanwhile. `toArray` is faster. */
  async *[Symbol.asyncIterator](): AsyncGenerator<T, undefined> {
    for (let index = 0; ; index++) {
      const step = await this[call]<{ readonly value: T } | undefined>('step', index)
      if (step === undefined) return undefined
      yield step.value
    }
  }

  static get [origin](): Origin {
    return poolOrigin('ListProxy')
  }
}
