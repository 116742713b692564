import { origin, type Origin } from '@manyhands/base'
import { poolOrigin } from '../entry-url.ts'
import { call, type IteratorProxy, Managed } from '../remote/managed.ts'

/**
 * A dictionary in a manager. Keys are primitives, or proxies: other objects are copies, which are never found again.
 * Otherwise as {@link ListProxy}.
 */
export class DictProxy<K = unknown, V = unknown> extends Managed implements AsyncIterable<[K, V]> {
  get(key: K): Promise<V | undefined> {
    return this[call]('get', key)
  }

  set(key: K, value: V): Promise<void> {
    return this[call]('set', key, value)
  }

  has(key: K): Promise<boolean> {
    return this[call]('has', key)
  }

  /** @returns whether it was there */
  delete(key: K): Promise<boolean> {
    return this[call]('delete', key)
  }

  /** Removes it. @returns what it was */
  pop(key: K): Promise<V | undefined> {
    return this[call]('pop', key)
  }

  /** Sets it unless it is there. @returns what is there now */
  setDefault(key: K, value: V): Promise<V> {
    return this[call]('setDefault', key, value)
  }

  async update(entries: Iterable<readonly [K, V]>): Promise<void> {
    return this[call]('update', [...entries])
  }

  clear(): Promise<void> {
    return this[call]('clear')
  }

  size(): Promise<number> {
    return this[call]('size')
  }

  entries(): Promise<[K, V][]> {
    return this[call]('entries')
  }

  async keys(): Promise<K[]> {
    return (await this.entries()).map(([key]) => key)
  }

  async values(): Promise<V[]> {
    return (await this.entries()).map(([, value]) => value)
  }

  async toMap(): Promise<Map<K, V>> {
    return new Map(await this.entries())
  }

  /**
   * One call each; `entries` is faster.
   *
   * @throws InvalidStateError when its size changes meanwhile
   */
  async *[Symbol.asyncIterator](): AsyncGenerator<[K, V], undefined> {
    yield* await this[call]<IteratorProxy<[K, V]>>('iterate')
    return undefined
  }

  static get [origin](): Origin {
    return poolOrigin('DictProxy')
  }
}
