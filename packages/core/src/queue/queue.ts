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

/** Memory of a queue. Larger: more fits before a put has to wait; but across processes it is taken at once. */
const DEFAULT_BYTES = 4 << 20

export interface QueueOptions extends PrimitiveOptions {
  /** Items that wait in the queue at most; 0: as many as there is memory for. @default 0 */
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
 * A queue between workers of either kind: producers and consumers may be threads, or with `across: 'processes'` also
 * processes. First in, first out.
 *
 * An item is in shared memory when `put` resolves: it survives the death of its sender. A value that cannot
 * travel is an error of its `put`. Other than in Python there is no feeder thread, and no queue without a limit: when
 * its memory is full a put waits. Memory that an item only names (a `SharedArray`, a lock) has to be kept by the sender
 * until the item was taken, and has to be across processes.
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
  /** Items that wait in it at most; 0: no limit. */
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

  /** Items that wait in it. It may have changed when you look. */
  get size(): number {
    return this.#ring.size
  }

  get empty(): boolean {
    return this.#ring.size === 0
  }

  /** Whether `maxSize` is reached. */
  get full(): boolean {
    return this.maxSize > 0 && this.#ring.size >= this.maxSize
  }

  get isShutDown(): boolean {
    return this.#ring.isShutDown
  }

  /**
   * Puts an item, waiting for room. It is read now, and in the queue when this resolves.
   *
   * @throws {@link SerializationError} when the item cannot travel, or is too large
   * @throws {@link QueueShutDownError} when the queue was shut down, also while this waited
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
   * @throws {@link SerializationError} for an item that names a module which has to be imported first: that takes an
   * asynchronous `get`
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
   * This thread will neither put nor get any more. Others are not affected, and what was put stays. Calling it again
   * does nothing.
   */
  close(): void {
    this.#closed = true
  }

  /**
   * For all: nothing can be put any more, and a get throws when the queue is empty. A put that waits for room, and a
   * get that waits for an item that will not come, gets a {@link QueueShutDownError}. It may be called again, also with
   * `immediate` after it was called without.
   *
   * @param options.immediate - drop what is there, as if it had never been put. @default false
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
      `the item takes ${item.bytes?.length} bytes, and the queue has ${this.#capacity * 8}, ` +
        'of which one item may take half',
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

/** For the classes that add to `Queue`: its algorithm, and how to wait for it. */
export function ringOf(queue: Queue): { readonly ring: Ring; readonly waiter: SharedState['waiter'] } {
  return access(queue)
}

/** Others may get something before what was waited for is decoded. */
function* owned(get: Steps<Item | Outcome>): Steps<Item | Outcome> {
  const item = yield* get
  return typeof item === 'object' && item.bytes !== undefined ? { ...item, bytes: own(item.bytes) } : item
}

function decodeNow(item: Item): unknown {
  const value = decodeItem(item)
  if (value instanceof Promise) {
    throw new SerializationError('the item names a module that has to be imported first', {
      hint: 'take it by the asynchronous get()',
    })
  }
  return value
}

function idOf(region: Region): string {
  return `${region.id}/queue`
}
