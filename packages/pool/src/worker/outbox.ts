import { type Codec, SerializationError } from '@manyhands/base'
import { movedWith, takeMoved } from '../here/move.ts'
import { REPLY, type ToMainMessage } from '../protocol/messages.ts'
import { isPrimitive, toPayload } from '../protocol/payload.ts'
import { FIRST_SEGMENT, readSegment, SEGMENT_LENGTH } from '../protocol/segment.ts'
import { THE_RESULT } from '../protocol/unsendable-error.ts'

type Post = (message: ToMainMessage, transfer?: readonly unknown[]) => void

/** Collects results and sends them in as few messages as possible. */
export class Outbox {
  readonly #codec: Codec
  readonly #post: Post
  #message: [kind: typeof REPLY, ...segments: unknown[]] = [REPLY]
  #transfer: unknown[] = []
  /** Objects that the message holds; see Codec.encode. */
  #objects: Set<object> | undefined
  #batchId = 0
  #start = 0
  #values: unknown[] = []
  #failures: unknown[] | undefined
  #allNumbers = true

  constructor(codec: Codec, post: Post) {
    this.#codec = codec
    this.#post = post
  }

  value(batchId: number, index: number, value: unknown): void {
    if (batchId !== this.#batchId || index !== this.#start + this.#values.length) this.#begin(batchId, index)
    if (typeof value === 'number') {
      this.#values.push(value)
      return
    }
    this.#allNumbers = false
    if (isPrimitive(value)) {
      this.#values.push(value)
      return
    }
    this.#object(batchId, index, value, false)
  }

  error(batchId: number, index: number, error: unknown): void {
    if (batchId !== this.#batchId || index !== this.#start + this.#values.length) this.#begin(batchId, index)
    this.#allNumbers = false
    this.#object(batchId, index, error, true)
  }

  /** Closes the segment: its tasks took `durationMs`. */
  endSegment(durationMs: number): void {
    if (this.#values.length === 0) return
    this.#message.push(
      this.#batchId,
      this.#start,
      this.#values.length,
      durationMs,
      toPayload(this.#values, this.#allNumbers, this.#transfer),
      this.#failures,
    )
    this.#start += this.#values.length
    this.#values = []
    this.#failures = undefined
    this.#allNumbers = true
  }

  flush(): void {
    this.endSegment(0)
    if (this.#message.length === 1) return
    const message = this.#message
    const transfer = this.#transfer
    this.#message = [REPLY]
    this.#transfer = []
    this.#objects = undefined
    try {
      this.#post(message, transfer.length > 0 ? transfer : undefined)
    } catch (error) {
      this.#sendOneByOne(message, error)
    }
  }

  #begin(batchId: number, index: number): void {
    this.endSegment(0)
    this.#batchId = batchId
    this.#start = index
  }

  #object(batchId: number, index: number, outcome: unknown, failed: boolean): void {
    let encoded: unknown = outcome
    if (!isPrimitive(outcome)) {
      const buffers = takeMoved(outcome)
      this.#objects ??= new Set()
      try {
        encoded = this.#codec.encode(outcome, this.#objects)
        if (encoded === undefined) {
          // It shares an object with a result of another task: it goes in a message of its own.
          this.flush()
          this.#begin(batchId, index)
          this.#allNumbers = false
          this.#objects = new Set()
          encoded = this.#codec.encode(outcome, this.#objects)
        }
        if (buffers !== undefined) this.#transfer.push(...buffers)
        this.#transfer.push(...movedWith(encoded as object))
      } catch (error) {
        encoded = failed ? this.#codec.encodeFailure(outcome) : this.#codec.encode(unsendableResult(error), new Set())
        failed = true
      }
    }
    if (failed) (this.#failures ??= []).push(this.#values.length, encoded)
    this.#values.push(failed ? undefined : encoded)
  }

  /** Structured clone refuses a whole message for one value: only the culprit fails. */
  #sendOneByOne(message: readonly unknown[], cause: unknown): void {
    for (let at = FIRST_SEGMENT; at < message.length; at += SEGMENT_LENGTH) {
      const { batchId, start, count, durationMs, payload, failures } = readSegment(message, at)
      let next = 0
      for (let k = 0; k < count; k++) {
        const failed = failures !== undefined && failures[next] === k
        const one = failed ? [0, failures[next + 1]] : undefined
        if (failed) next += 2
        try {
          this.#post([REPLY, batchId, start + k, 1, durationMs / count, [payload[k]], one])
        } catch {
          const error = new SerializationError(`${THE_RESULT} cannot be sent back: ${(cause as Error).message}`)
          this.#post([
            REPLY,
            batchId,
            start + k,
            1,
            durationMs / count,
            [undefined],
            [0, this.#codec.encode(error, new Set())],
          ])
        }
      }
    }
  }
}

function unsendableResult(cause: unknown): SerializationError {
  const { path, hint } = cause instanceof SerializationError ? cause : { path: [], hint: undefined }
  return new SerializationError(`${THE_RESULT} cannot be sent back: ${(cause as Error).message}`, {
    path,
    hint,
  })
}
