import {
  type Across,
  checkInteger,
  checkMayBlock,
  checkOptionNames,
  coreOrigin,
  InvalidStateError,
  origin,
  type Origin,
  QueueEmptyError,
  QueueFullError,
  QueueShutDownError,
  rememberShared,
  replace,
  revive,
  reviveShared,
  SerializationError,
  Promise,
} from '@manyhands/base'
import type { Region } from '../region/region.ts'
import { WAIT_ENDED } from '../sync/mutex.ts'
import {
  type AcquireOptions,
  type AcquireSyncOptions,
  checkAcquireOptions,
  checkAcquireSyncOptions,
  checkPrimitiveAcross,
  waitEndedError,
  type PrimitiveOptions,
} from '../sync/options.ts'
import { asRevivedHandle, revivedHandle } from '../sync/revived-handle.ts'
import { BASE, SharedState } from '../sync/shared-state.ts'
import { decodeItem, encodeItem } from '../values/item-values.ts'
import { driveAsync, driveSync } from '../waiting/drive.ts'
import type { Steps } from '../waiting/steps.ts'
import { borrow, own } from './borrowed-bytes.ts'
import { DONE, type Item, NOTHING, type Outcome, Ring, RING_HEAD, SHUT_DOWN } from './ring.ts'
import { untilShutDown } from './until-shut-down.ts'

/**
 * Memory of a queue. Larger: more items fit before a put has to wait; but across processes all of it is allocated when
 * the queue is created.
 */
const DEFAULT_BYTES = 4 << 20

export interface QueueOptions extends PrimitiveOptions {
  /** The most items in the queue; 0: limited only by the memory. @default 0 */
  readonly maxSize?: number | undefined
  /**
   * Memory for items, rounded up to a power of two. One item may take half of it. When it is full, a put waits.
   * @default 4 MiB
   */
  readonly maxBytes?: number | undefined
}

interface QueueHandle {
  readonly region: Region
  readonly maxSize: number
  readonly capacity: number
}

let access: (queue: Queue) => { readonly ring: Ring; readonly waiter: SharedState['waiter'] }

/**
 * A first-in, first-out queue between workers: producers and consumers may be threads, or with `across: 'processes'`
 * also processes.
 *
 * An item is in shared memory when `put` resolves: it survives the death of its sender. For a value that cannot travel,
 * `put` throws. Unlike in Python there is no feeder thread, and no unlimited queue: when the memory is full, a put
 * waits. Shared memory that an item refers to (a `SharedArray`, a lock) must be kept by the sender until the item was
 * taken, and must be shared across processes.
 *
 * ```ts
 * const queue = new Queue<number>({ across: 'processes', maxSize: 100 })
 * await queue.put(1) // putSync() in a worker
 * queue.shutdown() // nothing more is put
 * for await (const item of queue) console.log(item) // what is left
 * ```
 *
 * Source of the semantics: Python, `multiprocessing.Queue`, with `shutdown` of `queue.Queue`.
 */
export class Queue<T = unknown> implements AsyncIterable<T> {
  /** The most items in the queue; 0: no limit. */
  readonly maxSize: number
  readonly #state: SharedState
  readonly #ring: Ring
  readonly #capacity: number
  #closed = false

  /**
   * @throws TypeError, RangeError for bad options
   * @throws ParallelError, Error as `Region.create`, for `across: 'processes'`
   */
  constructor(options: QueueOptions = {}) {
    const received = revivedHandle<QueueHandle>(options)
    if (received !== undefined) {
      this.maxSize = received.maxSize
      this.#capacity = received.capacity
      this.#state = new SharedState(received.region)
    } else {
      checkOptionNames(new.target.name, options, ['across', 'maxSize', 'maxBytes'], {
        maxsize: 'maxSize',
        size: 'maxSize',
      })
      checkInteger('maxSize', options.maxSize, 0)
      checkInteger('maxBytes', options.maxBytes, 1)
      const across = checkPrimitiveAcross(options.across)
      this.maxSize = options.maxSize ?? 0
      this.#capacity = 2 ** Math.max(4, Math.ceil(Math.log2((options.maxBytes ?? DEFAULT_BYTES) / 8)))
      if (this.#capacity > 2 ** 28) throw new RangeError(`maxBytes must be at most ${2 ** 31}, got ${options.maxBytes}`)
      this.#state = SharedState.create(across, RING_HEAD * 4 + this.#capacity * 8)
    }
    const { region, words, parties, waiter } = this.#state
    const bytes = new Uint8Array(region.buffer)
    const store = {
      write: (unit: number, item: Uint8Array): void => bytes.set(item, unit * 8),
      read: (unit: number, byteLength: number): Uint8Array => borrow(bytes, unit * 8, byteLength),
    }
    this.#ring = new Ring(words, store, parties, waiter.wake, {
      first: BASE,
      maxSize: this.maxSize,
      capacity: this.#capacity,
    })
  }

  get across(): Across {
    return this.#state.region.across
  }

  /** The number of items in the queue. Other workers may change it at any time. */
  get size(): number {
    return this.#ring.size
  }

  get empty(): boolean {
    return this.#ring.size === 0
  }

  /** True when `maxSize` is reached. */
  get full(): boolean {
    return this.maxSize > 0 && this.#ring.size >= this.maxSize
  }

  get isShutDown(): boolean {
    return this.#ring.isShutDown
  }

  /**
   * Puts an item, waiting for room. The item is read at this call, and is in the queue when the promise resolves.
   *
   * @throws {@link SerializationError} when the item cannot travel, or is too large
   * @throws {@link QueueShutDownError} when the queue was shut down, before or during the call
   * @throws {@link WaitTimeoutError} when there is no room within `timeoutMs`
   * @throws {@link CancelledError} when `signal` is aborted
   * @throws {@link InvalidStateError} after `close`
   * @throws TypeError, RangeError for bad options
   */
  async put(item: T, options: AcquireOptions = {}): Promise<void> {
    checkAcquireOptions('Queue.put', options)
    const encoded = this.#encode(item)
    const outcome =
      this.#ring.putNow(encoded) ?? (await driveAsync(this.#ring.put(encoded, true), this.#state.waiter, options))
    this.#checkPut(outcome, options)
  }

  /**
   * As `put`, but blocks the thread.
   * @throws as `put`, and {@link InvalidStateError} on the main thread, without `allowMainThread`
   */
  putSync(item: T, options?: AcquireSyncOptions): void {
    if (options !== undefined) checkAcquireSyncOptions('Queue.putSync', options)
    checkMayBlock('putSync', 'put', options?.allowMainThread)
    const encoded = this.#encode(item)
    const outcome =
      this.#ring.putNow(encoded, true) ??
      driveSync(this.#ring.put(encoded, true), this.#state.waiter, options?.timeoutMs)
    this.#checkPut(outcome, options ?? {})
  }

  /** Puts an item if there is room. @throws {@link QueueFullError}; and as `put` */
  tryPut(item: T): void {
    const encoded = this.#encode(item)
    this.#checkPut(
      this.#ring.putNow(encoded) ?? driveSync(this.#ring.put(encoded, false), this.#state.waiter, undefined),
      {},
    )
  }

  /**
   * Takes the first item, waiting for one.
   *
   * @throws {@link QueueShutDownError} when the queue was shut down and is empty
   * @throws {@link WaitTimeoutError} when there is no item within `timeoutMs`
   * @throws {@link CancelledError} when `signal` is aborted
   * @throws {@link SerializationError} when the item cannot be revived here
   * @throws {@link InvalidStateError} after `close`
   * @throws TypeError, RangeError for bad options
   */
  async get(options: AcquireOptions = {}): Promise<T> {
    checkAcquireOptions('Queue.get', options)
    this.#checkOpen()
    const item = this.#ring.getNow() ?? (await driveAsync(owned(this.#ring.get(true)), this.#state.waiter, options))
    return decodeItem(this.#checkGot(item, options)) as T
  }

  /**
   * As `get`, but blocks the thread.
   *
   * @throws as `get`, and {@link InvalidStateError} on the main thread, without `allowMainThread`
   * @throws {@link SerializationError} for an item that refers to a module that has to be imported first: use `get`
   */
  getSync(options?: AcquireSyncOptions): T {
    if (options !== undefined) checkAcquireSyncOptions('Queue.getSync', options)
    checkMayBlock('getSync', 'get', options?.allowMainThread)
    this.#checkOpen()
    const item = this.#ring.getNow(true) ?? driveSync(this.#ring.get(true), this.#state.waiter, options?.timeoutMs)
    return decodeNow(this.#checkGot(item, options ?? {})) as T
  }

  /** Takes the first item if there is one. @throws {@link QueueEmptyError}; and as `getSync` */
  tryGet(): T {
    this.#checkOpen()
    return decodeNow(
      this.#checkGot(this.#ring.getNow() ?? driveSync(this.#ring.get(false), this.#state.waiter, undefined), {}),
    ) as T
  }

  /**
   * Closes the queue for this thread, which can neither put nor get any more. Other workers are not affected, and items
   * in the queue stay. Calling it again does nothing.
   */
  close(): void {
    this.#closed = true
  }

  /**
   * Shuts the queue down for all workers: no item can be put any more, and a get throws when the queue is empty. Puts
   * that wait for room, and gets that wait for an item, throw a {@link QueueShutDownError}. It may be called again,
   * also with `immediate` after a call without.
   *
   * @param options.immediate - drop the items in the queue, as if they had never been put. @default false
   */
  shutdown(options: { readonly immediate?: boolean | undefined } = {}): void {
    checkOptionNames('Queue.shutdown', options, ['immediate'])
    driveSync(this.#ring.shutDown(options.immediate ?? false), this.#state.waiter, undefined)
  }

  /** Takes items until the queue is shut down and empty. */
  [Symbol.asyncIterator](): AsyncGenerator<T, void, void> {
    return untilShutDown(() => this.get())
  }

  #encode(value: T): Item {
    this.#checkOpen()
    const item = encodeItem(value)
    if (Ring.units(item) * 2 <= this.#capacity) return item
    throw new SerializationError(
      `the item takes ${item.bytes?.length} bytes; an item may take at most half of the queue's memory, ` +
        `which is ${this.#capacity * 8} bytes`,
      { hint: 'create the queue with a larger maxBytes' },
    )
  }

  #checkOpen(): void {
    if (this.#closed) throw new InvalidStateError('the queue is closed')
  }

  #checkPut(outcome: Outcome, options: AcquireOptions): void {
    if (outcome === DONE) return
    if (outcome === SHUT_DOWN) throw new QueueShutDownError()
    if (outcome === NOTHING) throw new QueueFullError()
    throw waitEndedError('Queue.put', 'there was no room in the queue', options)
  }

  #checkGot(item: Item | Outcome, options: AcquireOptions): Item {
    if (typeof item === 'object') return item
    if (item === SHUT_DOWN) throw new QueueShutDownError()
    if (item === WAIT_ENDED) throw waitEndedError('Queue.get', 'there was no item in the queue', options)
    throw new QueueEmptyError()
  }

  [replace](across: Across = 'threads'): QueueHandle {
    const { name } = this.constructor
    const region = this.#state.sendTo(across, name, `new ${name}({ across: 'processes' })`)
    rememberShared(idOf(region), this)
    return { region, maxSize: this.maxSize, capacity: this.#capacity }
  }

  static [revive](handle: QueueHandle): Queue {
    return reviveShared(
      idOf(handle.region),
      () => new this(asRevivedHandle(handle)),
      live => !live.#closed,
    )
  }

  static get [origin](): Origin {
    return coreOrigin('Queue')
  }

  static {
    access = queue => ({ ring: queue.#ring, waiter: queue.#state.waiter })
  }
}

/** For classes built on `Queue`: its algorithm, and the waiter for it. */
export function ringOf(queue: Queue): { readonly ring: Ring; readonly waiter: SharedState['waiter'] } {
  return access(queue)
}

/** Copies the bytes of an item: another get may overwrite borrowed bytes before the item is decoded. */
function* owned(get: Steps<Item | Outcome>): Steps<Item | Outcome> {
  const item = yield* get
  return typeof item === 'object' && item.bytes !== undefined ? { ...item, bytes: own(item.bytes) } : item
}

function decodeNow(item: Item): unknown {
  const value = decodeItem(item)
  if (value instanceof Promise) {
    throw new SerializationError('the item refers to a module that has to be imported first', {
      hint: 'use the asynchronous get()',
    })
  }
  return value
}

function idOf(region: Region): string {
  return `${region.id}/queue`
}
