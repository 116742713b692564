import { InvalidStateError, MessageTooLongError } from '@manyhands/base'
import { ValueKind } from '../values/encode-value.ts'
import { type FrameSeal, TAG_BYTES } from './frame-seal.ts'

/**
 * Kinds of frames. A message of raw bytes has kind `BYTES`, a value one of `ValueKind`. The transports send the other
 * kinds.
 */
export const BYTES = 0
/** The id of the connection that a worker claims; see hand-over.ts. */
export const CLAIM = 3
/**
 * Sent between the two ends of a {@link RingTransport}. `BELL`: check the ring. `TO_RING`: the next frames are in the
 * ring. The others negotiate its memory.
 */
export const BELL = 4
export const TO_RING = 5
export const RING_OFFERED = 6
export const RING_ACCEPTED = 7
export const RING_REFUSED = 8

/** True for frames that transports send to each other, never for a message of the user. */
export function isOfTransport(kind: number): boolean {
  return kind >= BELL && kind <= RING_REFUSED
}

/** A kind that no version uses. */
export const UNKNOWN = 255

export interface Frame {
  readonly kind: number
  readonly body: Uint8Array
}

/**
 * A frame is a little-endian Uint32 with the number of bytes of what follows, one byte for the kind, and the body. In a
 * sealed connection the tag of its {@link FrameSeal} comes behind, which is not counted.
 */
const LENGTH_BYTES = 4
const HEAD_BYTES = LENGTH_BYTES + 1

/** The longest body of a frame. */
export const MAX_BODY_BYTES = 2 ** 32 - 2

/** Whoever is not authenticated must not fill the memory of this process. */
const MAX_BYTES_OF_STRANGERS = 64 * 2 ** 20

/** The longest message that is received where nobody says otherwise. */
export function defaultMaxBytes(authKey: unknown): number {
  return authKey === undefined ? MAX_BYTES_OF_STRANGERS : MAX_BODY_BYTES
}

/** Encodes the length and the kind, which precede the body. */
export function frameHead({ kind, body }: Frame): Uint8Array {
  const head = Buffer.allocUnsafe(HEAD_BYTES)
  head.writeUInt32LE(body.length + 1)
  head[LENGTH_BYTES] = kind
  return head
}

/** Reassembles frames from a stream, however it was split into chunks. */
export class FrameParser {
  readonly #maxBytes: number
  readonly #chunks: Uint8Array[] = []
  #available = 0
  /** Head of the frame whose body is being received; undefined until the head has arrived. */
  #head: { readonly kind: number; readonly length: number; readonly bytes: Uint8Array } | undefined
  readonly #seal: FrameSeal | undefined

  /** @param seal - that each frame must have */
  constructor(maxBytes: number, seal?: FrameSeal) {
    this.#maxBytes = maxBytes
    this.#seal = seal
  }

  /** True when the stream may end here, between two frames. */
  get isComplete(): boolean {
    return this.#available === 0 && this.#head === undefined
  }

  /**
   * @throws MessageTooLongError for a frame that announces a longer body than allowed; none of the body has been kept
   * @throws AuthenticationError for a frame whose seal is not right
   */
  *push(chunk: Uint8Array): Generator<Frame, undefined> {
    this.#chunks.push(chunk)
    this.#available += chunk.length
    for (;;) {
      if (this.#head === undefined) {
        if (this.#available < HEAD_BYTES) return undefined
        const bytes = this.#take(Buffer.allocUnsafe(HEAD_BYTES))
        const length = bytes.readUInt32LE() - 1
        if (length > this.#maxBytes || length < 0) throw new MessageTooLongError(length, this.#maxBytes)
        this.#head = { kind: bytes[LENGTH_BYTES] as number, length, bytes }
      }
      const { kind, length, bytes } = this.#head
      if (this.#available < length + (this.#seal === undefined ? 0 : TAG_BYTES)) return undefined
      this.#head = undefined
      const body = this.#take(allocateBody(kind, length))
      this.#seal?.verify(bytes, body, this.#take(Buffer.allocUnsafe(TAG_BYTES)))
      yield { kind, body }
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
 * Allocates a separate buffer for bytes, so that the receiver of a message may transfer it, and it keeps no other
 * message alive. That costs as much as all other work on a frame, so numbers and strings, which do not keep these
 * bytes, use pooled memory.
 */
export function allocateBody(kind: number, length: number): Uint8Array<ArrayBuffer> {
  if (kind === ValueKind.number || kind === ValueKind.utf8) return Buffer.allocUnsafe(length)
  return new Uint8Array(Buffer.allocUnsafeSlow(length).buffer)
}

/** @throws InvalidStateError when a message is not bytes, MessageTooLongError when it is longer than `maxLength` */
export function checkBytes({ kind, body }: Frame, maxLength: number | undefined): void {
  if (kind !== BYTES) throw new InvalidStateError('the next message is a value: take it with recv')
  if (maxLength !== undefined && body.length > maxLength) throw new MessageTooLongError(body.length, maxLength)
}
