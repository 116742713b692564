import type { Parties } from '../party/parties.ts'
import { acquireAnyway, WAIT_ENDED, Mutex, OWNER_DIED } from '../sync/mutex.ts'
import type { Steps } from '../waiting/steps.ts'
import type { Wake } from '../waiting/waiter.ts'
import type { Words } from '../waiting/words.ts'

/** An item as stored in memory: its kind, and either a number or some bytes. */
export interface Item {
  /** 1 to 255. */
  readonly kind: number
  /** An Int32, when there are no bytes. */
  readonly value: number
  readonly bytes: Uint8Array | undefined
}

/** The bytes of the ring, in units of 8. They are written and read while the mutex is held. */
export interface Store {
  write(unit: number, bytes: Uint8Array): void
  /** Returns a copy, which is valid at least until the next read in this thread. */
  read(unit: number, byteLength: number): Uint8Array
}

export interface RingOptions {
  /** Index of the first word. */
  readonly first: number
  /** The most items; 0: limited only by the memory. */
  readonly maxSize: number
  /** A power of two. */
  readonly capacity: number
}

/** 32-bit words before the ring: three cache lines, one for producers, one for consumers, one for both. */
export const RING_HEAD = 48

const PUTTING = 0
const TAIL = 1
const PUTS = 3
const ITEMS = 4
const SEEN_GETS = 5
const SEEN_HEAD = 6
const GETTING = 16
const HEAD = 17
const GETS = 19
const ROOM = 20
const SEEN_PUTS = 21
const FLAGS = 32
const FINISHED = 33
const IDLE = 34

/** Kind of the filler at the end of the ring where an item does not fit. */
const FILLER = 255
/** Added to the kind of items that have bytes. */
const HAS_BYTES = 256

export const DONE = 1
export const NOTHING = 2
export const SHUT_DOWN = 3
/** The outcome of a put or get without an item. `NOTHING`: full, or empty, for a call that does not wait. */
export type Outcome = typeof WAIT_ENDED | typeof DONE | typeof NOTHING | typeof SHUT_DOWN

const IS_SHUT_DOWN = 1
const IS_EMPTIED = 2

/**
 * A queue in shared memory, for any number of producers and consumers. A producer and a consumer never wait for each
 * other's lock.
 *
 * | word | |
 * |---|---|
 * | 0 `PUTTING` | mutex of the producers |
 * | 1, 2 `TAIL` | where the next item begins, in units of 8 bytes, mod the capacity: 1 if `PUTS` is even, 2 if odd |
 * | 3 `PUTS` | number of items put so far |
 * | 4 `ITEMS` | changes when there may be an item to get |
 * | 5, 6 `SEEN_GETS`, `SEEN_HEAD` | `GETS` and `HEAD` as a producer read them last: saves cache misses |
 * | 16 `GETTING` | mutex of the consumers |
 * | 17, 18 `HEAD` | where the first item begins, in the same way: 17 when `GETS` is even |
 * | 19 `GETS` | number of items taken so far |
 * | 20 `ROOM` | changes when there may be room to put |
 * | 21 `SEEN_PUTS` | the value of `PUTS` that a consumer read last |
 * | 32 `FLAGS` | bit 0: shut down; bit 1: immediately, with all items dropped. Written while both mutexes are held |
 * | 33 `FINISHED` | items for which taskDone was called |
 * | 34 `IDLE` | changes when all items may be finished |
 *
 * An item is a unit with its kind and its length (or its value), followed by its bytes, in one piece: an item that does
 * not fit at the end of the ring is stored at the beginning, after a filler.
 *
 * An item is put by one store to `PUTS`, after all of it and the next `TAIL` were written, and taken by one store to
 * `GETS`, after all of it was read and the next `HEAD` was written. If a party dies before that store, the operation
 * did not happen, and its writes are overwritten. If it dies after the store, the operation is complete: the thread
 * that takes over its mutex wakes all waiters.
 *
 * Source of the two mutexes: Michael and Scott, "Simple, Fast, and Practical Non-Blocking and Blocking Concurrent Queue
 * Algorithms", 1996.
 */
export class Ring {
  readonly #words: Words
  readonly #store: Store
  readonly #wake: Wake
  readonly #options: RingOptions
  readonly #putting: Mutex
  readonly #getting: Mutex
  readonly #at: number
  readonly #firstUnit: number

  constructor(words: Words, store: Store, parties: Parties, wake: Wake, options: RingOptions) {
    this.#words = words
    this.#store = store
    this.#wake = wake
    this.#options = options
    this.#at = options.first
    this.#firstUnit = (options.first + RING_HEAD) / 2
    this.#putting = new Mutex(words, options.first + PUTTING, parties, wake)
    this.#getting = new Mutex(words, options.first + GETTING, parties, wake)
  }

  /** The number of items in the queue. */
  get size(): number {
    const gets = this.#load(GETS)
    return Math.max(0, (this.#puts(gets) - gets) | 0)
  }

  get isShutDown(): boolean {
    return (this.#load(FLAGS) & IS_SHUT_DOWN) !== 0
  }

  /** The number of units of an item. */
  static units(item: Item): number {
    return 1 + (item.bytes === undefined ? 0 : Math.ceil(item.bytes.length / 8))
  }

  /** Puts without waiting; undefined when it would have to wait. @param spins - spin for the mutex for a moment */
  putNow(item: Item, spins = false): Outcome | undefined {
    if (!tryEnter(this.#putting, spins)) return undefined
    const outcome = this.#put(item)
    return outcome === NOTHING ? undefined : outcome
  }

  /** @param waits - false: does not wait for room */
  *put(item: Item, waits: boolean): Steps<Outcome> {
    for (;;) {
      if (!(yield* this.#enter(this.#putting))) return WAIT_ENDED
      // Read before the attempt: room that appears after it changes the word, and ends the wait.
      const seen = this.#load(ROOM)
      const outcome = this.#put(item)
      if (outcome !== NOTHING || !waits) return outcome
      if (yield { index: this.#at + ROOM, expected: seen }) return WAIT_ENDED
    }
  }

  /** Gets without waiting; undefined when it would have to wait. @param spins - spin for the mutex for a moment */
  getNow(spins = false): Item | Outcome | undefined {
    const gets = this.#read(GETS)
    // A quick check, which may be wrong: `get` checks again.
    if (this.#read(SEEN_PUTS) === gets && this.#read(PUTS) === gets) return undefined
    if (!tryEnter(this.#getting, spins)) return undefined
    const item = this.#get()
    return item === NOTHING ? undefined : item
  }

  /** @param waits - false: does not wait for an item */
  *get(waits: boolean): Steps<Item | Outcome> {
    for (;;) {
      // Read before the attempt: an item that is put after it changes the word, and ends the wait.
      const seen = this.#load(ITEMS)
      if (!this.#hasNothing()) {
        if (!(yield* this.#enter(this.#getting))) return WAIT_ENDED
        const item = this.#get()
        if (item !== NOTHING) return item
      }
      if (!waits) return NOTHING
      if (yield { index: this.#at + ITEMS, expected: seen }) return WAIT_ENDED
    }
  }

  /** @returns false when there was no unfinished item */
  finish(): boolean {
    for (;;) {
      const finished = this.#load(FINISHED)
      if (((this.#puts(this.#load(GETS)) - finished) | 0) <= 0) return false
      if (this.#words.compareExchange(this.#at + FINISHED, finished, (finished + 1) | 0) === finished) break
    }
    this.#change(IDLE)
    this.#wake(this.#at + IDLE, Infinity)
    return true
  }

  /** Waits until all items are finished. @returns false when the wait was given up */
  *join(): Steps<boolean> {
    for (;;) {
      const seen = this.#load(IDLE)
      if (this.#puts(this.#load(GETS)) === this.#load(FINISHED)) return true
      if (yield { index: this.#at + IDLE, expected: seen }) return false
    }
  }

  /** Allows no more puts. @param immediate - drop all items, which then count as never put */
  *shutDown(immediate: boolean): Steps<void> {
    yield* this.#enterAnyway(this.#putting)
    yield* this.#enterAnyway(this.#getting)
    this.#set(FLAGS, this.#load(FLAGS) | IS_SHUT_DOWN | (immediate ? IS_EMPTIED : 0))
    this.#changeAll()
    this.#getting.release()
    this.#putting.release()
    this.#wakeAll()
  }

  /** Puts an item. The mutex of the producers must be held; this releases it. */
  #put(item: Item): Outcome {
    const outcome = this.#read(FLAGS) !== 0 ? SHUT_DOWN : this.#append(item)
    if (outcome === DONE) this.#change(ITEMS)
    this.#putting.release()
    if (outcome === DONE) this.#wake(this.#at + ITEMS, 1)
    return outcome
  }

  #append(item: Item): typeof DONE | typeof NOTHING {
    const { capacity, maxSize } = this.#options
    const puts = this.#read(PUTS)
    const tail = this.#read(TAIL + (puts & 1))
    const units = Ring.units(item)
    const place = tail & (capacity - 1)
    const filler = place + units > capacity ? capacity - place : 0
    // Compare with the last seen progress of the consumers, which may be too low but never too high.
    const hasRoom = (): boolean =>
      (maxSize === 0 || ((puts - this.#read(SEEN_GETS)) | 0) < maxSize) &&
      ((tail - this.#read(SEEN_HEAD)) | 0) + filler + units <= capacity
    // Full by that measure: read the consumers' words, and compare once more.
    if (!hasRoom()) {
      this.#lookAtHead()
      if (!hasRoom()) return NOTHING
    }
    // Write the item behind the last one; no consumer reads there yet.
    if (filler > 0) this.#words.write((this.#firstUnit + place) * 2, FILLER)
    const unit = this.#firstUnit + ((tail + filler) & (capacity - 1))
    const { bytes } = item
    this.#words.write(unit * 2, bytes === undefined ? item.kind : item.kind | HAS_BYTES)
    this.#words.write(unit * 2 + 1, bytes === undefined ? item.value : bytes.length)
    if (bytes !== undefined && bytes.length > 0) this.#store.write(unit + 1, bytes)
    // Write the next tail into the word that is not in use, and then publish both by one store. If this thread dies
    // before the store, the item was not put.
    this.#write(TAIL + ((puts + 1) & 1), (tail + filler + units) | 0)
    this.#set(PUTS, (puts + 1) | 0)
    return DONE
  }

  /**
   * Updates `SEEN_GETS` and `SEEN_HEAD`. If this party dies in between, either may be too low: then there is more room
   * than they show.
   */
  #lookAtHead(): void {
    let gets: number
    let head: number
    // Read both words as of the same moment, although consumers continue.
    do {
      gets = this.#load(GETS)
      head = this.#load(HEAD + (gets & 1))
    } while (this.#load(GETS) !== gets)
    this.#write(SEEN_GETS, gets)
    this.#write(SEEN_HEAD, head)
  }

  /** Takes an item. The mutex of the consumers must be held; this releases it. */
  #get(): Item | typeof NOTHING | typeof SHUT_DOWN {
    const flags = this.#read(FLAGS)
    const gets = this.#read(GETS)
    if (this.#read(SEEN_PUTS) === gets) this.#write(SEEN_PUTS, this.#load(PUTS))
    if ((flags & IS_EMPTIED) !== 0 || this.#read(SEEN_PUTS) === gets) {
      this.#getting.release()
      return flags === 0 ? NOTHING : SHUT_DOWN
    }
    const item = this.#take(gets)
    this.#change(ROOM)
    this.#getting.release()
    this.#wake(this.#at + ROOM, 1)
    return item
  }

  #take(gets: number): Item {
    const { capacity } = this.#options
    let head = this.#read(HEAD + (gets & 1))
    let unit = this.#firstUnit + (head & (capacity - 1))
    let kind = this.#words.read(unit * 2)
    // The item did not fit at the end of the ring: it is at the beginning.
    if (kind === FILLER) {
      head = (head + capacity - (head & (capacity - 1))) | 0
      unit = this.#firstUnit
      kind = this.#words.read(unit * 2)
    }
    // Copy the item while producers cannot write over it.
    const value = this.#words.read(unit * 2 + 1)
    const bytes = (kind & HAS_BYTES) === 0 ? undefined : this.#store.read(unit + 1, value)
    const item = { kind: kind & 255, value, bytes }
    // Free its place by one store. If this thread dies before the store, the item was not taken.
    this.#write(HEAD + ((gets + 1) & 1), (head + Ring.units(item)) | 0)
    this.#set(GETS, (gets + 1) | 0)
    return item
  }

  /**
   * Returns whether a get has to wait. Needs no mutex: when `PUTS` equals a `GETS` read before it, the queue was empty.
   */
  #hasNothing(): boolean {
    if (this.#load(FLAGS) !== 0) return false
    const gets = this.#load(GETS)
    return this.#load(SEEN_PUTS) === gets && this.#load(PUTS) === gets
  }

  /** The number of items put, without the items that a shutdown dropped. */
  #puts(gets: number): number {
    return (this.#load(FLAGS) & IS_EMPTIED) === 0 ? this.#load(PUTS) : gets
  }

  /** @returns false when the wait was given up */
  *#enter(mutex: Mutex): Steps<boolean> {
    const acquired = yield* mutex.acquire()
    if (acquired === OWNER_DIED) this.#recover()
    return acquired !== WAIT_ENDED
  }

  *#enterAnyway(mutex: Mutex): Steps<void> {
    if ((yield* acquireAnyway(mutex)) === OWNER_DIED) this.#recover()
  }

  /** The dead owner may have put or taken an item without waking the waiters. */
  #recover(): void {
    this.#changeAll()
    this.#wakeAll()
  }

  #changeAll(): void {
    for (const word of [ITEMS, ROOM, IDLE]) this.#change(word)
  }

  #wakeAll(): void {
    for (const word of [ITEMS, ROOM, IDLE]) this.#wake(this.#at + word, Infinity)
  }

  #load(word: number): number {
    return this.#words.load(this.#at + word)
  }

  #read(word: number): number {
    return this.#words.read(this.#at + word)
  }

  #set(word: number, value: number): void {
    this.#words.store(this.#at + word, value)
  }

  #write(word: number, value: number): void {
    this.#words.write(this.#at + word, value)
  }

  #change(word: number): void {
    this.#words.add(this.#at + word, 1)
  }
}

/** Without a spin the mutex is acquired and released as contended, which costs more than the work of a put. */
function tryEnter(mutex: Mutex, spins: boolean): boolean {
  return mutex.tryAcquire() || (spins && mutex.spin())
}
