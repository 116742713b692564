/**
 * Turns values into what a channel carries, and back.
 *
 * A channel clones (structured clone) what `encode` returns; the result must therefore be cloneable. Primitives never reach a codec: channels carry
 * them as they are.
 */
export interface Codec {
  /**
   * Reads `value` at the time of the call.
   *
   * @throws SerializationError when the value cannot travel
   */
  encode(value: unknown): object
  /**
   * Revives what `encode` made on the other side. Returns a promise only when modules have to be imported first.
   *
   * @throws SerializationError when the message is damaged
   */
  decode(encoded: object): unknown
}

/** Plain structured clone: data only, no functions, no class instances. What channels use when they are given nothing else. */
export const structuredCloneCodec: Codec = {
  encode: value => [value],
  decode: encoded => (encoded as readonly unknown[])[0],
}
