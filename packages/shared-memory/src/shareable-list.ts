import {
  checkOptionNames,
  describeValue,
  InvalidStateError,
  origin,
  type Origin,
  rememberShared,
  replace,
  revive,
  reviveShared,
} from '@manyhands/base'
import {
  alignSlot,
  formatOf,
  formats,
  headBytes,
  MAGIC,
  MAX_BYTES,
  type ShareableFormat,
  type ShareableValue,
  sizeOfValue,
  SLOTS_AT,
  statesAt,
  writeValue,
} from './list-layout.ts'
import { ListSlots } from './list-slots.ts'
import { memoryOrigin } from './memory-origin.ts'
import { SharedMemory, type SharedMemoryOptions } from './shared-memory.ts'

interface ListHandle {
  readonly memory: SharedMemory
}

/**
 * A list of fixed length in shared memory: numbers, bigints of 64 bits, booleans, strings, bytes and null, each of
 * which may be replaced by any other that fits into the place of the first.
 *
 * ```ts
 * const list = new ShareableList(['howdy', 273.15, 42n, true, null])
 * list.set(0, 'dry')
 * list.get(-1) // null
 * ```
 *
 * A place is a multiple of 8 bytes: 8 for a number, bigint, boolean or null; for a string the bytes of its UTF-8, for
 * bytes their number, and 4 for the length. So the place of `'howdy'` has 16 bytes, enough for a string of at most 12.
 * The memory holds two places for each element.
 *
 * It travels by handle, whatever its length, and is found by the name of its `memory`. What is read was written as a
 * whole, also while others write. Elements are independent: nothing locks two of them.
 *
 * Source of the semantics: Python, `multiprocessing.shared_memory.ShareableList`. Other than there a string may end
 * with zeros.
 */
export class ShareableList implements Disposable, Iterable<ShareableValue> {
  /** What holds the list: its `name`, `close` and `unlink` are those of the list. */
  readonly memory: SharedMemory
  readonly length: number
  readonly #slots: ListSlots

  /**
   * @param values - what the list holds at first; the place of each is as large as it is now
   * @throws TypeError, RangeError for a value that a list cannot hold, naming it; and as {@link SharedMemory.create}
   */
  constructor(values: Iterable<ShareableValue>, options?: SharedMemoryOptions)
  constructor(values: Iterable<ShareableValue> | SharedMemory, options: SharedMemoryOptions = {}) {
    checkOptionNames('ShareableList', options, ['name'])
    this.memory = values instanceof SharedMemory ? values : fill(values, options)
    this.length = new DataView(this.memory.buffer).getUint32(4, true)
    this.#slots = new ListSlots(this.memory.buffer, this.length)
  }

  /**
   * The list with that name.
   *
   * @throws TypeError when it is the name of something else; and as {@link SharedMemory.attach}
   */
  static attach(name: string): ShareableList {
    const memory = SharedMemory.attach(name)
    if (memory.byteLength >= SLOTS_AT && new DataView(memory.buffer).getUint32(0, true) === MAGIC) {
      return listOn(memory)
    }
    throw new TypeError(`${JSON.stringify(name)} names shared memory that is no ShareableList`)
  }

  /**
   * The element at `index`; -1 is the last.
   *
   * @throws RangeError when it is outside
   */
  get(index: number): ShareableValue {
    return this.#slots.read(this.#index(index))
  }

  /**
   * Replaces the element at `index`; -1 is the last. It may be of another kind.
   *
   * @throws RangeError when `index` is outside, or the value does not fit into the place of the one that was there at
   * first; nothing is written then
   * @throws TypeError for what a list cannot hold
   */
  set(index: number, value: ShareableValue): void {
    const i = this.#index(index)
    const format = formatOf(`element ${index}`, value)
    const room = this.#slots.room(i)
    if (sizeOfValue(value) > room) {
      throw new RangeError(
        `element ${index} has room for ${room} bytes, the new value takes ${sizeOfValue(value)}: ` +
          'it exceeds the available storage',
      )
    }
    this.#slots.write(i, format, value)
  }

  /** The kind of the element at `index`. @throws RangeError when it is outside */
  format(index: number): ShareableFormat {
    return this.#slots.format(this.#index(index))
  }

  /** How many elements are `value`; bytes are equal when their content is. */
  count(value: ShareableValue): number {
    return this.toArray().filter(element => isSame(element, value)).length
  }

  /** Where `value` is first; -1 when it is not there. */
  indexOf(value: ShareableValue): number {
    return this.toArray().findIndex(element => isSame(element, value))
  }

  /** A copy as an ordinary array. */
  toArray(): ShareableValue[] {
    return Array.from({ length: this.length }, (_, i) => this.get(i))
  }

  /** A new list with the same elements. @throws as the constructor */
  copy(options: SharedMemoryOptions = {}): ShareableList {
    return new ShareableList(this, options)
  }

  /** Releases the memory in this thread. @see SharedMemory.close */
  close(): void {
    this.memory.close()
  }

  [Symbol.dispose](): void {
    this.close()
  }

  [Symbol.iterator](): ArrayIterator<ShareableValue> {
    return this.toArray()[Symbol.iterator]()
  }

  #index(index: number): number {
    if (this.memory.closed) throw new InvalidStateError('the memory of this list was closed')
    const i = index < 0 ? index + this.length : index
    if (Number.isInteger(i) && i >= 0 && i < this.length) return i
    throw new RangeError(`index ${describeValue(index)} is out of bounds for a list of ${this.length}`)
  }

  [replace](): ListHandle {
    const handle = { memory: this.memory }
    rememberShared(this.#id, this)
    return handle
  }

  static [revive]({ memory }: ListHandle): ShareableList {
    const list = listOn(memory)
    return reviveShared(
      list.#id,
      () => list,
      live => !live.memory.closed,
    )
  }

  static get [origin](): Origin {
    return memoryOrigin('mh:list', 'ShareableList')
  }

  /** The same for all objects on the same memory. */
  get #id(): string {
    return `${this.memory.id}/list`
  }
}

function isSame(a: ShareableValue, b: ShareableValue): boolean {
  return a instanceof Uint8Array && b instanceof Uint8Array ? Buffer.compare(a, b) === 0 : [a].includes(b)
}

function listOn(memory: SharedMemory): ShareableList {
  return new (ShareableList as unknown as new (memory: SharedMemory) => ShareableList)(memory)
}

function fill(source: Iterable<ShareableValue>, options: SharedMemoryOptions): SharedMemory {
  const values = [...source]
  const codes = values.map((value, i) => formats.indexOf(formatOf(`element ${i}`, value)))
  const starts = [headBytes(values.length)]
  for (const value of values) starts.push((starts.at(-1) ?? 0) + 2 * alignSlot(sizeOfValue(value)))
  const byteLength = starts.at(-1) ?? 0
  if (byteLength > MAX_BYTES) {
    throw new RangeError(`the elements take ${byteLength} bytes, a ShareableList holds at most ${MAX_BYTES}`)
  }
  const memory = SharedMemory.create(byteLength, options)
  const view = new DataView(memory.buffer)
  // The mark comes last: an `attach` meanwhile finds no list.
  view.setUint32(4, values.length, true)
  starts.forEach((start, i) => view.setUint32(SLOTS_AT + 4 * i, start, true))
  codes.forEach((code, i) => view.setInt32(statesAt(values.length) + 8 * i, code << 1, true))
  values.forEach((value, i) => writeValue(view, starts[i] ?? 0, value))
  view.setUint32(0, MAGIC, true)
  return memory
}
