import { clock } from '@manyhands/base'
import {
  formats,
  headBytes,
  readValue,
  type ShareableFormat,
  type ShareableValue,
  SLOTS_AT,
  statesAt,
  writeValue,
} from './list-layout.ts'

/**
 * Milliseconds after which a writer that has not finished is taken for dead. Longer: after the death of a writer the
 * next one waits longer; shorter: a writer that was suspended in the middle of its write, and goes on, may spoil the
 * element.
 */
const DEAD_MS = 2000
const PAUSE_MS = 0.05

/**
 * The elements of a list. Each has two places: a writer fills the one that is not in use, and then publishes it by one
 * store to `STATE`. So a reader never waits, and a writer that dies leaves what was there before. A reader that finds
 * another `STATE` after it has copied the place reads again, because by then two writers may have come.
 *
 * | word of an element | |
 * |---|---|
 * | `STATE` | bit 0: the place in use; 1..7: the format, an index in `formats`; 8..31 count the writes |
 * | `WRITER` | 0, or a number of its own for the object that writes |
 */
export class ListSlots {
  readonly #memory: DataView
  readonly #words: Int32Array
  readonly #first: number
  readonly #me = Math.floor(Math.random() * 0x7fff_ffff) + 1

  constructor(buffer: ArrayBufferLike, length: number) {
    this.#memory = new DataView(buffer)
    this.#words = new Int32Array(buffer, 0, headBytes(length) / 4)
    this.#first = statesAt(length) / 4
  }

  /** Bytes of one place of element `i`. */
  room(i: number): number {
    return (this.#start(i + 1) - this.#start(i)) / 2
  }

  format(i: number): ShareableFormat {
    return formatIn(Atomics.load(this.#words, this.#state(i)))
  }

  read(i: number): ShareableValue {
    const index = this.#state(i)
    for (;;) {
      const state = Atomics.load(this.#words, index)
      const value = readValue(this.#memory, this.#place(i, state & 1), this.room(i), formatIn(state))
      // Not a load, before which the reads above need not be done.
      if (Atomics.compareExchange(this.#words, index, state, state) === state) return value
    }
  }

  /** Writes a value that fits into the room of element `i`. */
  write(i: number, format: ShareableFormat, value: ShareableValue): void {
    const index = this.#state(i)
    const writer = index + 1
    for (;;) {
      if (Atomics.compareExchange(this.#words, writer, 0, this.#me) !== 0) this.#takeOver(writer, index)
      const state = Atomics.load(this.#words, index)
      const place = 1 - (state & 1)
      writeValue(this.#memory, this.#place(i, place), value)
      // Taken for dead meanwhile: another writes to the same place.
      if (Atomics.load(this.#words, writer) !== this.#me) continue
      Atomics.store(this.#words, index, (((state >> 8) + 1) << 8) | (formats.indexOf(format) << 1) | place)
      Atomics.compareExchange(this.#words, writer, this.#me, 0)
      return
    }
  }

  /** Waits for another writer, or takes over from one that has died. */
  #takeOver(writer: number, index: number): void {
    let [holder, state, since] = [0, 0, 0]
    for (;;) {
      const now = Atomics.compareExchange(this.#words, writer, 0, this.#me)
      if (now === 0) return
      const stateNow = Atomics.load(this.#words, index)
      if (now !== holder || stateNow !== state) [holder, state, since] = [now, stateNow, clock()]
      else if (clock() - since > DEAD_MS && Atomics.compareExchange(this.#words, writer, holder, this.#me) === holder) {
        return
      }
      Atomics.wait(sleeper, 0, 0, PAUSE_MS)
    }
  }

  #state(i: number): number {
    return this.#first + i * 2
  }

  #start(i: number): number {
    return this.#memory.getUint32(SLOTS_AT + 4 * i, true)
  }

  #place(i: number, place: number): number {
    return this.#start(i) + place * this.room(i)
  }
}

const sleeper = new Int32Array(new SharedArrayBuffer(4))

function formatIn(state: number): ShareableFormat {
  return formats[(state >> 1) & 0x7f] ?? 'null'
}
