import { MessageTooLongError } from '@manyhands/base'
import { ValueKind } from '../values/encode-value.ts'

/**
 * What a message holds: bytes as they are here, a value by one of `ValueKind`. The others are sent by the transports.
 */
export const BYTES = 0
/** Of this module: which connection a worker comes for. */
export const CLAIM = 3
/**
 * Between the two ends of a {@link RingTransport}: look into the ring; what comes next is there; and agreeing on its
 * memory.
 */
export const BELL = 4
export const TO_RING = 5
export const RING_OFFERED = 6
export const RING_ACCEPTED = 7
export const RING_REFUSED = 8

/** Such a frame is sent by one transport to the other, never as a message of the user. */
export function isOfTransport(kind: number): boolean {
  return kind >= BELL && kind <= RING_REFUSED
}

/** What nobody knows. */
export const UNKNOWN = 255

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
  /** Of the frame whose body is being received; undefined until its head is there. */
  #head: { readonly kind: number; readonly length: number } | undefined

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  /** True when the stream may end here. */
  get isComplete(): boolean {
    return this.#available === 0 && this.#head === undefined
  }

  /** @throws MessageTooLongError for a frame that announces more than is allowed; nothing of it has been kept */
  *push(chunk: Uint8Array): Generator<Frame, undefined> {
    this.#chunks.push(chunk)
    this.#available += chunk.length
    for (;;) {
      if (this.#head === undefined) {
        if (this.#available < HEAD_BYTES) return undefined
        const bytes = this.#take(Buffer.allocUnsafe(HEAD_BYTES))
        const length = bytes.readUInt32LE() - 1
        if (length > this.#maxBytes || length < 0) throw new MessageTooLongError(length, this.#maxBytes)
        this.#head = { kind: bytes[LENGTH_BYTES] as number, length }
      }
      const { kind, length } = this.#head
      if (this.#available < length) return undefined
      this.#head = undefined
      yield { kind, body: this.#take(allocateBody(kind, length)) }
    }
  }

  #take<T extends Uint8Array>(target: T): T {
    const count = target.length
    this.#available -= count
    for (let at = 0; at < count;) {
      const chunk = this.#chunks[0] as Uint8Array
      const part = chunk.subarray(0, count - at)
      target.set(part, at)
      at += part.length
      if (part.length === chunk.length) this.#chunks.shift()
      else this.#chunks[0] = chunk.subarray(part.length)
    }
    return target
  }
}

/**
 * Memory of its own, so that the receiver of a message may transfer it, and keeps no other message alive with it. But
 * that takes as long as all else, so not where it makes no difference.
 */
export function allocateBody(kind: number, length: number): Uint8Array<ArrayBuffer> {
  if (kind === ValueKind.number || kind === ValueKind.utf8) return Buffer.allocUnsafe(length)
  return new Uint8Array(Buffer.allocUnsafeSlow(length).buffer)
}
