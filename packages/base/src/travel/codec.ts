import { slot } from '../slots.ts'

/**
 * Encodes values for a channel, and decodes them.
 *
 * A channel clones (structured clone) what `encode` returns; the result must therefore be cloneable. Primitives never
 * reach a codec: channels carry them as they are.
 */
export interface Codec {
  /**
   * Reads `value` at the time of the call.
   *
   * One message may carry the values of several tasks, and structured clone keeps identity within a message: an object
   * that two tasks share would be one object on the other side, where one task would see the writes of the other.
   *
   * @param message - the objects that the message contains so far; the objects of `value` are added
   * @returns undefined when `value` shares an object with `message`: send the message as it is and encode again with a
   * new set
   * @throws SerializationError when the value cannot travel
   */
  encode(value: unknown, message: Set<object>): object | undefined
  /**
   * Encodes what a task threw. It never fails: an error keeps what can travel, and lists what cannot in its property
   * `unsendable`.
   */
  encodeFailure(thrown: unknown): object
  /**
   * Revives a value that `encode` on the other side encoded. Returns a promise only when modules have to be imported
   * first.
   *
   * @throws SerializationError when the message is damaged
   */
  decode(encoded: object): unknown
}

/**
 * The codec with which queues and connections send values to other processes. Undefined until one is installed: until
 * then they send what structured clone supports.
 */
export function channelCodec(): Codec | undefined {
  return installed().codec
}

/**
 * For pools: installs the codec, so that functions, class instances and primitives can be sent through queues and
 * connections. Only the first call has an effect.
 */
export function installChannelCodec(make: () => Codec): void {
  installed().codec ??= make()
}

function installed(): { codec: Codec | undefined } {
  return slot('core.codec', () => ({ codec: undefined as Codec | undefined }))
}
