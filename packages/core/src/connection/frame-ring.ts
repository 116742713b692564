import { allocateBody, type Frame } from './frames.ts'

/**
 * Bytes for frames in one direction, a power of two. Larger: more goes before the socket has to help; but each
 * connection takes it.
 */
const CAPACITY = 64 << 10
/** A frame that is longer goes by the socket. */
const MAX_BYTES = CAPACITY / 4
/** In units of 8 bytes. */
const UNITS = CAPACITY / 8
const HEADER_BYTES = 128
/** Bytes for one direction. */
const FRAME_RING_BYTES = HEADER_BYTES + CAPACITY
export const TWO_RINGS_BYTES = FRAME_RING_BYTES * 2

// Words. What the writer and the reader change is in cache lines of their own.
const TAIL = 0
const HEAD = 16
const ASLEEP = 17

/** Beyond all kinds of frames: the end of the ring is not used; the next frame comes by the socket. */
const FILLER = 256
const BY_SOCKET = 257

/** See {@link FrameReader.read}. */
export const TO_SOCKET = Symbol('to socket')

/**
 * Frames on their way from one writer to one reader, in memory that both see.
 *
 * | word | |
 * |---|---|
 * | 0 `TAIL` | where the next frame begins, in units of 8 bytes mod the capacity. Written by the writer |
 * | 16 `HEAD` | where the first frame begins. Written by the reader |
 * | 17 `ASLEEP` | 1: the reader wants to be told when something comes. Who takes it back to 0, the writer, tells it |
 *
 * A frame is a unit with its length and its kind, and then its body, in one piece. One unit is kept free for the word
 * that the rest comes by the socket. A writer that dies has written a frame wholly or not at all: one store to `TAIL`
 * is what counts.
 */
class FrameRing {
  protected readonly words: Int32Array
  protected readonly bytes: Uint8Array

  /** @param index - of the ring in `buffer`, 0 or 1 */
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

  /** @returns false, and nothing is written, when it is too long for what is free */
  write({ kind, body }: Frame): boolean {
    if (body.length > MAX_BYTES) return false
    const units = 1 + ((body.length + 7) >> 3)
    const place = this.#tail & (UNITS - 1)
    const filler = place + units > UNITS ? UNITS - place : 0
    if (this.#used + filler + units + 1 > UNITS) return false
    if (filler > 0) this.#head(this.#tail, 0, FILLER)
    const begin = (this.#tail + filler) | 0
    this.#head(begin, body.length, kind)
    if (body.length > 0) this.bytes.set(body, ((begin + 1) & (UNITS - 1)) * 8)
    this.#publish((begin + units) | 0)
    return true
  }

  /** There is always room for it. */
  writeToSocket(): void {
    this.#head(this.#tail, 0, BY_SOCKET)
    this.#publish((this.#tail + 1) | 0)
  }

  /** Whether to go back to the ring for this frame: not for one that will soon fill it up. */
  isWorthwhile({ body }: Frame): boolean {
    return body.length <= MAX_BYTES && this.#used <= UNITS / 4
  }

  /** @returns true when the reader has to be woken by the caller */
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

  /** Takes the next frame; undefined: there is none. `TO_SOCKET`: what comes next was sent by the socket. */
  read(): Frame | typeof TO_SOCKET | undefined {
    if (this.isEmpty) return undefined
    let at = this.wordAt(this.#head)
    if (this.words[at + 1] === FILLER) {
      this.#head = (this.#head + UNITS - (this.#head & (UNITS - 1))) | 0
      at = this.wordAt(this.#head)
    }
    const length = this.words[at] as number
    const kind = this.words[at + 1] as number
    const begin = ((this.#head + 1) & (UNITS - 1)) * 8
    const body = kind === BY_SOCKET ? undefined : allocateBody(kind, length)
    if (length > 0) body?.set(this.bytes.subarray(begin, begin + length))
    this.#head = (this.#head + 1 + ((length + 7) >> 3)) | 0
    Atomics.store(this.words, HEAD, this.#head)
    return body === undefined ? TO_SOCKET : { kind, body }
  }

  /** From now on the writer tells when something comes. @returns false when something is there already */
  sleep(): boolean {
    Atomics.store(this.words, ASLEEP, 1)
    if (this.isEmpty) return true
    Atomics.store(this.words, ASLEEP, 0)
    return false
  }
}
