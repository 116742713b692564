import {
  type Across,
  checkOptionNames,
  coreOrigin,
  origin,
  type Origin,
  replace,
  revive,
  SerializationError,
} from '@manyhands/base'
import type { AcquireSyncOptions } from '../sync/options.ts'
import { asRevivedHandle, revivedHandle } from '../sync/revived-handle.ts'
import { Queue, type QueueOptions } from './queue.ts'

/**
 * A queue between workers with only `put`, `get`, `empty` and `close`. It is limited only by its memory.
 *
 * Source of the semantics: Python, `multiprocessing.SimpleQueue`.
 */
export class SimpleQueue<T = unknown> {
  readonly #queue: Queue<T>

  /** @throws as the constructor of `Queue` */
  constructor(options: Omit<QueueOptions, 'maxSize'> = {}) {
    const received = revivedHandle<{ readonly queue: Queue<T> }>(options)
    if (received === undefined) checkOptionNames('SimpleQueue', options, ['across', 'maxBytes'])
    this.#queue = received?.queue ?? new Queue<T>(options)
  }

  get across(): Across {
    return this.#queue.across
  }

  get empty(): boolean {
    return this.#queue.empty
  }

  /** Puts an item, waiting for room. @throws as `Queue.put` */
  put(item: T): Promise<void> {
    return this.#queue.put(item)
  }

  /** @throws as `Queue.putSync` */
  putSync(item: T, options?: AcquireSyncOptions): void {
    this.#queue.putSync(item, options)
  }

  /** Takes the first item, waiting for one. @throws as `Queue.get` */
  get(): Promise<T> {
    return this.#queue.get()
  }

  /** @throws as `Queue.getSync` */
  getSync(options?: AcquireSyncOptions): T {
    return this.#queue.getSync(options)
  }

  /** See {@link Queue.close}. */
  close(): void {
    this.#queue.close()
  }

  [replace](across: Across = 'threads'): object {
    if (across === 'processes' && this.across === 'threads') {
      throw new SerializationError('it is a SimpleQueue that only threads share', {
        hint: "create it with `new SimpleQueue({ across: 'processes' })`",
      })
    }
    return { queue: this.#queue }
  }

  static [revive](handle: { readonly queue: Queue }): SimpleQueue {
    return new SimpleQueue(asRevivedHandle(handle))
  }

  static get [origin](): Origin {
    return coreOrigin('SimpleQueue')
  }
}
