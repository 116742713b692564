import {
  checkFunction,
  checkInteger,
  checkOptionNames,
  checkSync,
  InvalidStateError,
  QueueEmptyError,
  QueueFullError,
  QueueShutDownError,
  untilDone,
  WaitTimeoutError,
} from '@manyhands/base'
import { type AcquireOptions, checkAcquireOptions } from '../sync/options.ts'
import { untilShutDown } from './until-shut-down.ts'

export interface LocalQueueOptions {
  /** The most items in the queue; 0: no limit. @default 0 */
  readonly maxSize?: number | undefined
}

/** The storage of a queue, which defines the order in which items are taken. */
interface Items<T> {
  readonly length: number
  /** When it throws, nothing was added. */
  add(item: T): void
  /** When it throws, nothing was taken. */
  take(): T
  clear(): void
}

interface Waiting {
  /** Tries again. @returns false to continue waiting */
  attempt(): boolean
}

/**
 * The base class of the queues of one thread. Items are not copied.
 *
 * Source of the semantics: Python, `queue.Queue`.
 */
class LocalQueue<T> implements AsyncIterable<T> {
  /** The most items in the queue; 0: no limit. */
  readonly maxSize: number
  readonly #items: Items<T>
  readonly #putting = new Set<Waiting>()
  readonly #getting = new Set<Waiting>()
  readonly #joining = new Set<Waiting>()
  #unfinished = 0
  #shutDown = false

  protected constructor(items: Items<T>, maxSize: number | undefined) {
    checkInteger('maxSize', maxSize, 0)
    this.maxSize = maxSize ?? 0
    this.#items = items
  }

  get size(): number {
    return this.#items.length
  }

  get empty(): boolean {
    return this.size === 0
  }

  get full(): boolean {
    return this.maxSize > 0 && this.size >= this.maxSize
  }

  get isShutDown(): boolean {
    return this.#shutDown
  }

  /** Puts an item, waiting for room. @throws as `Queue.put` */
  async put(item: T, options: AcquireOptions = {}): Promise<void> {
    checkAcquireOptions('put', options)
    await this.#wait(this.#putting, () => this.#put(item), 'put', 'there was no room in the queue', options)
  }

  /** @throws {@link QueueFullError}, {@link QueueShutDownError} */
  tryPut(item: T): void {
    if (!this.#put(item)) throw new QueueFullError()
  }

  /** Takes an item, waiting for one. @throws as `Queue.get` */
  async get(options: AcquireOptions = {}): Promise<T> {
    checkAcquireOptions('get', options)
    let taken: { readonly item: T } | undefined
    await this.#wait(
      this.#getting,
      () => (taken = this.#get()) !== undefined,
      'get',
      'there was no item in the queue',
      options,
    )
    return (taken as unknown as { readonly item: T }).item
  }

  /** @throws {@link QueueEmptyError}, {@link QueueShutDownError} */
  tryGet(): T {
    const taken = this.#get()
    if (taken === undefined) throw new QueueEmptyError()
    return taken.item
  }

  /**
   * Reports that the work on an item that was taken is done.
   * @throws {@link InvalidStateError} when it was called more often than items were put
   */
  taskDone(): void {
    if (this.#unfinished === 0) throw new InvalidStateError('taskDone was called more often than items were put')
    this.#unfinished--
    this.#wake(this.#joining)
  }

  /** Waits until `taskDone` was called for each item that was put. @throws as `JoinableQueue.join` */
  async join(options: AcquireOptions = {}): Promise<void> {
    checkAcquireOptions('join', options)
    await this.#wait(this.#joining, () => this.#unfinished === 0, 'join', 'not all items were done', options)
  }

  /** See `Queue.shutdown`. */
  shutdown(options: { readonly immediate?: boolean | undefined } = {}): void {
    checkOptionNames('shutdown', options, ['immediate'])
    this.#shutDown = true
    if (options.immediate === true) {
      this.#unfinished -= this.#items.length
      this.#items.clear()
    }
    for (const waiting of [this.#putting, this.#getting, this.#joining]) this.#wake(waiting)
  }

  /** Takes items until the queue is shut down and empty. */
  [Symbol.asyncIterator](): AsyncGenerator<T, void, void> {
    return untilShutDown(() => this.get())
  }

  #put(item: T): boolean {
    if (this.#shutDown) throw new QueueShutDownError()
    if (this.full) return false
    this.#items.add(item)
    this.#unfinished++
    this.#wake(this.#getting)
    return true
  }

  #get(): { readonly item: T } | undefined {
    if (this.#items.length === 0) {
      if (this.#shutDown) throw new QueueShutDownError()
      return undefined
    }
    const taken = { item: this.#items.take() }
    this.#wake(this.#putting)
    return taken
  }

  /** Retries the waiting calls in order. */
  #wake(waiting: Set<Waiting>): void {
    for (const each of waiting) if (each.attempt()) waiting.delete(each)
  }

  #wait(
    waiting: Set<Waiting>,
    attempt: () => boolean,
    where: string,
    what: string,
    options: AcquireOptions,
  ): Promise<void> {
    const onTimeout = (): never => {
      throw new WaitTimeoutError(what, options.timeoutMs ?? 0)
    }
    return untilDone<void>(where, options, onTimeout, settle => {
      if (attempt()) {
        settle.resolve()
        return undefined
      }
      if (options.timeoutMs === 0) {
        settle.reject(new WaitTimeoutError(what, 0))
        return undefined
      }
      const entry = {
        attempt(): boolean {
          try {
            if (!attempt()) return false
            settle.resolve()
          } catch (error) {
            settle.reject(error)
          }
          return true
        },
      }
      waiting.add(entry)
      return () => void waiting.delete(entry)
    })
  }
}

/**
 * A last-in, first-out queue for one thread. Items are not copied; between workers use `Queue`.
 *
 * Source of the semantics: Python, `queue.LifoQueue`.
 */
export class LifoQueue<T = unknown> extends LocalQueue<T> {
  /** @throws TypeError, RangeError for bad options */
  constructor(options: LocalQueueOptions = {}) {
    checkOptionNames('LifoQueue', options, ['maxSize'], { maxsize: 'maxSize' })
    const items: T[] = []
    super(
      {
        get length() {
          return items.length
        },
        add: item => void items.push(item),
        take: () => items.pop() as T,
        clear: () => void (items.length = 0),
      },
      options.maxSize,
    )
  }
}

export interface PriorityQueueOptions<T> extends LocalQueueOptions {
  /**
   * Negative when `a` is taken before `b`; equal items are taken in the order in which they were put. When it throws,
   * or returns a promise (a TypeError), the put or get fails, and the queue is as it was.
   * @default by `<` and `>`
   */
  readonly compare?: ((a: T, b: T) => number) | undefined
}

/**
 * A queue for one thread that returns the smallest item first. Items are not copied; between workers use `Queue`.
 *
 * Source of the semantics: Python, `queue.PriorityQueue`. Unlike in Python, equal items keep their order.
 */
export class PriorityQueue<T = unknown> extends LocalQueue<T> {
  /** @throws TypeError, RangeError for bad options */
  constructor(options: PriorityQueueOptions<T> = {}) {
    checkOptionNames('PriorityQueue', options, ['maxSize', 'compare'], { maxsize: 'maxSize', key: 'compare' })
    if (options.compare !== undefined) checkFunction('compare', options.compare)
    super(heap(options.compare ?? ((a, b) => (a < b ? -1 : a > b ? 1 : 0))), options.maxSize)
  }
}

interface Entry<T> {
  readonly item: T
  /** Counts the puts, to keep equal items in order. */
  readonly number: number
}

/** A binary heap. It compares first, and moves items only when all comparisons have succeeded. */
function heap<T>(compare: (a: T, b: T) => number): Items<T> {
  const entries: Entry<T>[] = []
  let number = 0
  const isBefore = (a: Entry<T>, b: Entry<T>): boolean => {
    const order = checkSync('compare', compare(a.item, b.item), 'compare what was fetched before the put')
    return order < 0 || (order === 0 && a.number < b.number)
  }
  const entryAt = (at: number): Entry<T> => entries[at] as Entry<T>
  /** Moves the entries at each place of `path` to the place before it, and `entry` to the last place. */
  const shift = (path: readonly number[], entry: Entry<T>): void => {
    for (let i = 1; i < path.length; i++) entries[path[i - 1] as number] = entryAt(path[i] as number)
    entries[path.at(-1) as number] = entry
  }
  return {
    get length() {
      return entries.length
    },
    add(item) {
      const entry = { item, number }
      // From the new place up, as far as the parents come later.
      const path = [entries.length]
      for (let at = entries.length; at > 0; path.push(at)) {
        at = (at - 1) >> 1
        if (!isBefore(entry, entryAt(at))) break
      }
      number++
      shift(path, entry)
    },
    take() {
      const first = entryAt(0)
      const length = entries.length - 1
      const last = entryAt(length)
      // From the top down, as far as a child comes earlier than the last entry, which fills the gap.
      const path = [0]
      for (let at = 0; ;) {
        let least = at
        for (const child of [at * 2 + 1, at * 2 + 2]) {
          if (child < length && isBefore(entryAt(child), least === at ? last : entryAt(least))) least = child
        }
        if (least === at) break
        path.push((at = least))
      }
      if (length > 0) shift(path, last)
      entries.length = length
      return first.item
    },
    clear: () => void (entries.length = 0),
  }
}
