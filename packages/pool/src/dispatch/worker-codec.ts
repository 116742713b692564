import { type Across, type Codec, SerializationError, Promise } from '@manyhands/base'
import { createCodec } from '@manyhands/closure'
import { THE_RESULT } from '../protocol/unsendable-error.ts'

/**
 * The codec of the channels of a pool, with callbacks for what arrives: most values are there at once, and a promise
 * each would double their cost.
 */
export class WorkerCodec {
  readonly codec: Codec

  constructor(across: Across) {
    this.codec = createCodec({ across })
  }

  /**
   * Decodes a value of a message.
   *
   * @param receive - called once, now or later; `damaged` says that `value` is the error of the decoding
   */
  decode(encoded: unknown, receive: (value: unknown, damaged: boolean) => void): void {
    if (typeof encoded !== 'object' || encoded === null) return receive(encoded, false)
    let value: unknown
    try {
      value = this.codec.decode(encoded)
    } catch (error) {
      return receive(asSerializationError(error), true)
    }
    if (!(value instanceof Promise)) return receive(value, false)
    value.then(
      result => receive(result, false),
      (error: unknown) => receive(asSerializationError(error), true),
    )
  }
}

function asSerializationError(cause: unknown): SerializationError {
  return cause instanceof SerializationError
    ? cause
    : new SerializationError(
        `${THE_RESULT} could not be revived: ${String((cause as Error | undefined)?.message ?? cause)}`,
        { cause },
      )
}
