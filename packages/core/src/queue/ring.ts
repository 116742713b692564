import type { Parties } from '../party/parties.ts'
import { acquireAnyway, GAVE_UP, Mutex, OWNER_DIED } from '../sync/mutex.ts'
import type { Steps, Wake } from '../waiting/steps.ts'
import type { Words } from '../waiting/words.ts'

/** An item as it lies in memory: its kind, and either a number or some bytes. */
export interface Item {
  /** 1 to 255. */
  readonly kind: number
  /** An Int32, when there are no bytes. */
  readonly value: number
  readonly bytes: Uint8Array | undefined
}

/** The bytes of the ring, in units of 8. They are written and read by whoever holds the mutex. */
export interface Store {
  write(unit: number, bytes: Uint8Array): void
  /** A copy, which need be valid only until the next read in this thread. */
  read(unit: number, byteLength: number): Uint8Array
}

export interface RingOptions {
  /** Index of the first word. */
  readonly first: number
  /** Items at most; 0 for no limit but the memory. */
  readonly maxSize: number
  /** A power of two. */
  readonly capacity: number
}

/** 32-bit words before the ring. */
export const RING_HEAD = 16

const HEAD = 1
const TAIL = 2
const PUTS = 3
const GETS = 4
const FINISHED = 5
const FLAGS = 6
const ITEMS = 7
const ROOM = 8
const IDLE = 9

/** Kind of what fills the end of the ring when an item does not fit there. */
const FILLER = 255
/** Added to the kind of items that have bytes. */
const HAS_BYTES = 256

export const DONE = 1
export const NOTHING = 2
export const SHUT_DOWN = 3
/** How a put or get has ended, besides giving up. `NOTHING`: full, or empty, and waiting was not wanted. */
export type Outcome = typeof GAVE_UP | typeof DONE | typeof NOTHING | typeof SHUT_DOWN

const IS_SHUT_DOWN = 1
const IS_EMPTIED = 2

/**
 * A queue in shared memory, for any number of producers and consumers.
 *
 * | word | |
 * |---|---|
 * | 0 | mutex |
 * | 1 `HEAD` | where the first item begins, in units of 8 bytes; it counts on and is taken mod the capacity |
 * | 2 `TAIL` | where the next item will begin |
 * | 3 `PUTS` | items that were ever put, less those that a shutdown dropped |
 * | 4 `GETS` | items that were taken |
 * | 5 `FINISHED` | items for which taskDone was called |
 * | 6 `FLAGS` | bit 0: shut down; bit 1: at once, so that nothing is left |
 * | 7 `ITEMS` | changes when there may be something to get |
 * | 8 `ROOM` | changes when there may be room to put |
 * | 9 `IDLE` | changes when all may be finished |
 *
 * An item is a unit with its kind and its length (or its value), and then its bytes, in one piece: what does not fit at the end of the ring begins anew, behind a filler.
 *
 * An item is put by one store to `TAIL`, after all of it was written, and taken by one to `HEAD`, after all of it was read. A party that dies before that has done nothing; one that
 * dies later has done all that matters: whoever takes over the mutex counts the items that are there, and wakes everybody.
 */
export class Ring {
  readonly #words: Words
  readonly #store: Store
  readonly #wake: Wake
  readonly #options: RingOptions
  readonly #mutex: Mutex
  readonly #at: number
  readonly #firstUnit: number

  constructor(words: Words, store: Store, parties: Parties, wake: Wake, options: RingOptions) {
    this.#words = words
    this.#store = store
    this.#wake = wake
    this.#options = options
    this.#at = options.first
    this.#firstUnit = (options.first + RING_HEAD) / 2
    this.#mutex = new Mutex(words, options.first, parties, wake)
  }

  /** Items that wait to be taken. */
  get size(): number {
    return Math.max(0, (this.#load(PUTS) - this.#load(GETS)) | 0)
  }

  get isShutDown(): boolean {
    return (this.#load(FLAGS) & IS_SHUT_DOWN) !== 0
  }

  /** Units that an item takes. */
  static units(item: Item): number {
    return 1 + (item.bytes === undefined ? 0 : Math.ceil(item.bytes.length / 8))
  }

  /** A put that needs no waiting; undefined when it would. @param spins - tries for the mutex for a moment */
  putNow(item: Item, spins = false): Outcome | undefined {
    if (!this.#tryEnter(spins)) return undefined
    const outcome = this.#put(item)
    if (outcome !== NOTHING) return outcome
    this.#mutex.release()
    return undefined
  }

  /** @param waits - false: does not wait for room */
  *put(item: Item, waits: boolean): Steps<Outcome> {
    for (;;) {
      if (!(yield* this.#enter())) return GAVE_UP
      const outcome = this.#put(item)
      if (outcome !== NOTHING) return outcome
      const seen = this.#load(ROOM)
      this.#mutex.release()
      if (!waits) return NOTHING
      if (yield { index: this.#at + ROOM, expected: seen }) return GAVE_UP
    }
  }

  /** A get that needs no waiting; undefined when it would. @param spins - tries for the mutex for a moment */
  getNow(spins = false): Item | Outcome | undefined {
    if (!this.#tryEnter(spins)) return undefined
    const item = this.#get()
    if (item !== NOTHING) return item
    this.#mutex.release()
    return undefined
  }

  /** @param waits - false: does not wait for an item */
  *get(waits: boolean): Steps<Item | Outcome> {
    for (;;) {
      if (!(yield* this.#enter())) return GAVE_UP
      const item = this.#get()
      if (item !== NOTHING) return item
      const seen = this.#load(ITEMS)
      this.#mutex.release()
      if (!waits) return NOTHING
      if (yield { index: this.#at + ITEMS, expected: seen }) return GAVE_UP
    }
  }

  /** @returns false when there was no item whose work could be done */
  *finish(): Steps<boolean> {
    yield* this.#enterAnyway()
    const finished = this.#load(FINISHED)
    const open = ((this.#load(PUTS) - finished) | 0) > 0
    if (open) {
      this.#set(FINISHED, (finished + 1) | 0)
      this.#change(IDLE)
    }
    this.#mutex.release()
    if (open) this.#wake(this.#at + IDLE, Infinity)
    return open
  }

  /** Waits until all that was put is finished. @returns false when it gave up */
  *join(): Steps<boolean> {
    for (;;) {
      if (!(yield* this.#enter())) return false
      const isDone = this.#load(PUTS) === this.#load(FINISHED)
      const seen = this.#load(IDLE)
      this.#mutex.release()
      if (isDone) return true
      if (yield { index: this.#at + IDLE, expected: seen }) return false
    }
  }

  /** No more puts. @param immediate - what is there is dropped, and counts as never put */
  *shutDown(immediate: boolean): Steps<void> {
    yield* this.#enterAnyway()
    this.#set(FLAGS, this.#load(FLAGS) | IS_SHUT_DOWN | (immediate ? IS_EMPTIED : 0))
    if (immediate) this.#empty()
    this.#changeAll()
    this.#mutex.release()
    this.#wakeAll()
  }

  /** The mutex is held, and still is when the outcome is NOTHING. */
  #put(item: Item): Outcome {
    if ((this.#load(FLAGS) & IS_SHUT_DOWN) !== 0) {
      this.#mutex.release()
      return SHUT_DOWN
    }
    const { capacity, maxSize } = this.#options
    const puts = this.#load(PUTS)
    if (maxSize > 0 && ((puts - this.#load(GETS)) | 0) >= maxSize) return NOTHING
    const tail = this.#load(TAIL)
    const units = Ring.units(item)
    const place = tail & (capacity - 1)
    const filler = place + units > capacity ? capacity - place : 0
    const used = (tail - this.#load(HEAD)) | 0
    if (used + filler + units > capacity) return NOTHING
    if (filler > 0) this.#words.store((this.#firstUnit + place) * 2, FILLER)
    const unit = this.#firstUnit + ((tail + filler) & (capacity - 1))
    const { bytes } = item
    this.#words.store(unit * 2, bytes === undefined ? item.kind : item.kind | HAS_BYTES)
    this.#words.store(unit * 2 + 1, bytes === undefined ? item.value : bytes.length)
    if (bytes !== undefined && bytes.length > 0) this.#store.write(unit + 1, bytes)
    this.#set(TAIL, (tail + filler + units) | 0)
    this.#set(PUTS, (puts + 1) | 0)
    this.#change(ITEMS)
    this.#mutex.release()
    this.#wake(this.#at + ITEMS, 1)
    return DONE
  }

  /** As `#put`. */
  #get(): Item | typeof NOTHING | typeof SHUT_DOWN {
    const { capacity } = this.#options
    let head = this.#load(HEAD)
    if (head === this.#load(TAIL)) {
      if ((this.#load(FLAGS) & IS_SHUT_DOWN) === 0) return NOTHING
      this.#mutex.release()
      return SHUT_DOWN
    }
    let unit = this.#firstUnit + (head & (capacity - 1))
    let kind = this.#words.load(unit * 2)
    if (kind === FILLER) {
      head = (head + capacity - (head & (capacity - 1))) | 0
      unit = this.#firstUnit
      kind = this.#words.load(unit * 2)
    }
    const value = this.#words.load(unit * 2 + 1)
    const bytes = (kind & HAS_BYTES) === 0 ? undefined : this.#store.read(unit + 1, value)
    const item = { kind: kind & 255, value, bytes }
    this.#set(HEAD, (head + Ring.units(item)) | 0)
    this.#set(GETS, (this.#load(GETS) + 1) | 0)
    this.#change(ROOM)
    this.#mutex.release()
    this.#wake(this.#at + ROOM, 1)
    return item
  }

  /** Without a spin the mutex is acquired as contended, and then also released so, which costs more than the work of a put. */
  #tryEnter(spins: boolean): boolean {
    return this.#mutex.tryAcquire() || (spins && this.#mutex.spin())
  }

  /** Acquires the mutex. @returns false when it gave up */
  *#enter(): Steps<boolean> {
    const acquired = yield* this.#mutex.acquire()
    if (acquired === OWNER_DIED) this.#recover()
    return acquired !== GAVE_UP
  }

  *#enterAnyway(): Steps<void> {
    if ((yield* acquireAnyway(this.#mutex)) === OWNER_DIED) this.#recover()
  }

  #empty(): void {
    this.#set(HEAD, this.#load(TAIL))
    this.#set(PUTS, this.#load(GETS))
  }

  /** Ends what the dead owner may have begun: counts the items that are there. */
  #recover(): void {
    if ((this.#load(FLAGS) & IS_EMPTIED) !== 0) this.#empty()
    else this.#recount()
    this.#changeAll()
    this.#wakeAll()
  }

  #recount(): void {
    const { capacity } = this.#options
    const tail = this.#load(TAIL)
    let count = 0
    for (let head = this.#load(HEAD); head !== tail; ) {
      const place = head & (capacity - 1)
      const index = (this.#firstUnit + place) * 2
      const kind = this.#words.load(index)
      if (kind === FILLER) {
        head = (head + capacity - place) | 0
        continue
      }
      count++
      head = (head + 1 + ((kind & HAS_BYTES) === 0 ? 0 : Math.ceil(this.#words.load(index + 1) / 8))) | 0
    }
    const gets = this.#load(GETS)
    const expected = (this.#load(PUTS) - gets) | 0
    // It was put, and not counted yet; or it was taken, and not counted yet.
    if (count > expected) this.#set(PUTS, (gets + count) | 0)
    else if (count < expected) this.#set(GETS, (gets + expected - count) | 0)
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

  #set(word: number, value: number): void {
    this.#words.store(this.#at + word, value)
  }

  #change(word: number): void {
    this.#words.store(this.#at + word, (this.#words.load(this.#at + word) + 1) | 0)
  }
}
