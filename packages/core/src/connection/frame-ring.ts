import { allocateBody, type Frame } from './frames.ts'

/**
 * Bytes for frames in one direction, a power of two. Larger: more frames fit before the socket has to be used, but each
 * connection takes that much memory.
 */
const CAPACITY = 64 << 10
/** Longer frames are sent over the socket. */
const MAX_BYTES = CAPACITY / 4
/** The capacity in units of 8 bytes. */
const UNITS = CAPACITY / 8
const HEADER_BYTES = 128
/** Bytes for one direction. */
const FRAME_RING_BYTES = HEADER_BYTES + CAPACITY
export const TWO_RINGS_BYTES = FRAME_RING_BYTES * 2

// Indices of words. The words of the writer and the words of the reader are in separate cache lines.
const TAIL = 0
const HEAD = 16
const ASLEEP = 17

/**
 * Above all kinds of frames. `FILLER`: the rest of the ring is unused. `BY_SOCKET`: the next frame is sent over the
 * socket.
 */
const FILLER = 256
const BY_SOCKET = 257

/** See {@link FrameReader.read}. */
export const TO_SOCKET = Symbol('to socket')

/**
 * Frames from one writer to one reader, in shared memory.
 *
 * | word | |
 * |---|---|
 * | 0 `TAIL` | where the next frame will begin, in units of 8 bytes, mod the capacity. Written by the writer |
 * | 16 `HEAD` | where the first frame begins, in the same way. Written by the reader |
 * | 17 `ASLEEP` | 1: the reader sleeps; the writer sets it back to 0 and then wakes the reader |
 *
 * A frame is a unit with its length and its kind, followed by its body, in one piece. One unit is kept free for the
 * marker that the next frames come over the socket. A frame is published by one store to `TAIL`: if the writer dies,
 * the frame was written completely or not at all.
 */
class FrameRing {
  protected readonly words: Int32Array
  protected readonly bytes: Uint8Array

  /** @param index - index of the ring in `buffer`, 0 or 1 */
  constructor(buffer: ArrayBufferLike, index: number) {
    this.words = new Int32Array(buffer, index * FRAME_RING_BYTES, FRAME_RING_BYTES / 4)
    this.bytes = new Uint8Array(buffer, index * FRAME_RING_BYTES + HEADER_BYTES, CAPACITY)
  }

  protected wordAt(unit: number): number {
    return HEADER_BYTES / 4 + (unit & (UNITS - 1)) * 2
  }
}

export class FrameWriter extends FrameRing {
  #tail = 0

  /** @returns false, and writes nothing, when the frame does not fit into the free space */
  write({ kind, body }: Frame): boolean {
    if (body.length > MAX_BYTES) return false
    // A frame is in one piece: if it does not fit at the end of the ring, fill up the end.
    const units = 1 + ((body.length + 7) >> 3)
    const place = this.#tail & (UNITS - 1)
    const filler = place + units > UNITS ? UNITS - place : 0
    if (this.#used + filler + units + 1 > UNITS) return false
    // Write everything behind the tail, where the reader does not look yet, and publish it by one store.
    if (filler > 0) this.#head(this.#tail, 0, FILLER)
    const begin = (this.#tail + filler) | 0
    this.#head(begin, body.length, kind)
    if (body.length > 0) this.bytes.set(body, ((begin + 1) & (UNITS - 1)) * 8)
    this.#publish((begin + units) | 0)
    return true
  }

  /** Writes the marker that the next frames come over the socket. There is always room for it. */
  writeToSocket(): void {
    this.#head(this.#tail, 0, BY_SOCKET)
    this.#publish((this.#tail + 1) | 0)
  }

  /**
   * Whether to switch back to the ring for this frame: not for a long frame, nor while more than a quarter of the ring
   * is full.
   */
  isWorthwhile({ body }: Frame): boolean {
    return body.length <= MAX_BYTES && this.#used <= UNITS / 4
  }

  /** @returns true when the caller has to wake the reader */
  takeAsleep(): boolean {
    return Atomics.load(this.words, ASLEEP) === 1 && Atomics.compareExchange(this.words, ASLEEP, 1, 0) === 1
  }

  get #used(): number {
    return (this.#tail - Atomics.load(this.words, HEAD)) | 0
  }

  #head(unit: number, length: number, kind: number): void {
    const at = this.wordAt(unit)
    this.words[at] = length
    this.words[at + 1] = kind
  }

  #publish(tail: number): void {
    this.#tail = tail
    Atomics.store(this.words, TAIL, tail)
  }
}

export class FrameReader extends FrameRing {
  #head = 0

  get isEmpty(): boolean {
    return Atomics.load(this.words, TAIL) === this.#head
  }

  /** Takes the next frame; undefined: there is none. `TO_SOCKET`: the next frame was sent over the socket. */
  read(): Frame | typeof TO_SOCKET | undefined {
    if (this.isEmpty) return undefined
    let at = this.wordAt(this.#head)
    // Skip the unused end of the ring.
    if (this.words[at + 1] === FILLER) {
      this.#head = (this.#head + UNITS - (this.#head & (UNITS - 1))) | 0
      at = this.wordAt(this.#head)
    }
    const length = this.words[at] as number
    const kind = this.words[at + 1] as number
    const begin = ((this.#head + 1) & (UNITS - 1)) * 8
    // Copy the frame, and then free its place by one store.
    const body = kind === BY_SOCKET ? undefined : allocateBody(kind, length)
    if (length > 0) body?.set(this.bytes.subarray(begin, begin + length))
    this.#head = (this.#head + 1 + ((length + 7) >> 3)) | 0
    Atomics.store(this.words, HEAD, this.#head)
    return body === undefined ? TO_SOCKET : { kind, body }
  }

  /** From now on the writer wakes this reader after a write. @returns false when there already is a frame */
  sleep(): boolean {
    // Announce the sleep, and check once more: a writer that published before it saw the word does not wake the reader.
    Atomics.store(this.words, ASLEEP, 1)
    if (this.isEmpty) return true
    Atomics.store(this.words, ASLEEP, 0)
    return false
  }
}
