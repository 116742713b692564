import { MessageTooLongError } from '../errors.ts'

/** What a message holds. */
export const BYTES = 0
/** Made by the codec: it may hold code, and is only taken from an authenticated peer. */
export const VALUE = 1
/** Made by structured clone alone. */
export const DATA = 2
/** Of this module: which connection a worker comes for. */
export const CLAIM = 3

export interface Frame {
  readonly kind: number
  readonly body: Uint8Array
}

/** A frame is a Uint32 that counts the bytes behind it, little-endian, a byte that is the kind, and the body. */
const LENGTH_BYTES = 4
const HEAD_BYTES = LENGTH_BYTES + 1

/** The most that a frame can hold. */
export const MAX_BODY_BYTES = 2 ** 32 - 2

/** What comes before the body. */
export function frameHead({ kind, body }: Frame): Uint8Array {
  const head = Buffer.allocUnsafe(HEAD_BYTES)
  head.writeUInt32LE(body.length + 1)
  head[LENGTH_BYTES] = kind
  return head
}

/** Puts frames together again, however the stream was cut. */
export class FrameParser {
  readonly #maxBytes: number
  readonly #chunks: Uint8Array[] = []
  #available = 0
  /** Of the frame that is being received, kind included; undefined until its head is there. */
  #length: number | undefined

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  /** True when the stream may end here. */
  get isComplete(): boolean {
    return this.#available === 0 && this.#length === undefined
  }

  /** @throws MessageTooLongError for a frame that announces more than is allowed; nothing of it has been kept */
  *push(chunk: Uint8Array): Generator<Frame, undefined> {
    this.#chunks.push(chunk)
    this.#available += chunk.length
    for (;;) {
      if (this.#length === undefined) {
        if (this.#available < LENGTH_BYTES) return undefined
        const length = Buffer.from(this.#take(LENGTH_BYTES)).readUInt32LE()
        if (length - 1 > this.#maxBytes || length === 0) throw new MessageTooLongError(length - 1, this.#maxBytes)
        this.#length = length
      }
      if (this.#available < this.#length) return undefined
      const all = this.#take(this.#length)
      this.#length = undefined
      yield { kind: all[0] ?? BYTES, body: all.subarray(1) }
    }
  }

  #take(count: number): Uint8Array {
    this.#available -= count
    const first = this.#chunks[0]
    if (first !== undefined && first.length > count) {
      this.#chunks[0] = first.subarray(count)
      return first.subarray(0, count)
    }
    if (first !== undefined && first.length === count) return this.#chunks.shift() as Uint8Array
    const taken = Buffer.allocUnsafe(count)
    for (let at = 0; at < count; ) {
      const chunk = this.#chunks[0] as Uint8Array
      const part = chunk.subarray(0, count - at)
      taken.set(part, at)
      at += part.length
      if (part.length === chunk.length) this.#chunks.shift()
      else this.#chunks[0] = chunk.subarray(part.length)
    }
    return taken
  }
}
