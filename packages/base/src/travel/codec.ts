import { slot } from '../slots.ts'

/**
 * Turns values into what a channel carries, and back.
 *
 * A channel clones (structured clone) what `encode` returns; the result must therefore be cloneable. Primitives never
 * reach a codec: channels carry them as they are.
 */
export interface Codec {
  /**
   * Reads `value` at the time of the call.
   *
   * One message may carry the values of several tasks, and structured clone would make an object that two of them hold
   * into one object on the other side: a write of one task would show in the other.
   *
   * @param message - the objects that the message holds so far; those of `value` are added
   * @returns undefined when `value` shares an object with `message`: send what is there and encode again with a new set
   * @throws SerializationError when the value cannot travel
   */
  encode(value: unknown, message: Set<object>): object | undefined
  /**
   * Revives what `encode` made on the other side. Returns a promise only when modules have to be imported first.
   *
   * @throws SerializationError when the message is damaged
   */
  decode(encoded: object): unknown
}

/**
 * The codec by which queues and connections send values to other processes. Undefined until one is installed: then they
 * send what structured clone takes.
 */
export function channelCodec(): Codec | undefined {
  return installed().codec
}

/**
 * For pools: from now on functions, class instances and primitives travel through queues and connections as well. The
 * first one stays.
 */
export function installChannelCodec(make: () => Codec): void {
  installed().codec ??= make()
}

function installed(): { codec: Codec | undefined } {
  return slot('core.codec', () => ({ codec: undefined as Codec | undefined }))
}
