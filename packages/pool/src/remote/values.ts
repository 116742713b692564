import { channelCodec, type Codec, InternalError } from '@manyhands/base'

function codec(): Codec {
  const installed = channelCodec()
  if (installed === undefined) throw new InternalError('a manager is used where no codec is installed')
  return installed
}

/**
 * Reads `values` now.
 *
 * @throws SerializationError when one cannot travel
 */
export function encodeFor(values: readonly unknown[]): object {
  const encoded = codec().encode(values, new Set())
  if (encoded === undefined) throw new InternalError('an empty message shares an object with a value')
  return encoded
}

/** The same for what a method threw: without what cannot travel. */
export function encodeFailureFor(values: readonly unknown[]): object {
  return codec().encodeFailure(values)
}

/** Returns a promise only when modules have to be imported first. */
export function decodeIn(encoded: object): unknown {
  return codec().decode(encoded)
}

/** As they would arrive elsewhere. Reads them now. */
export async function copy(values: readonly unknown[]): Promise<readonly unknown[]> {
  return (await decodeIn(structuredClone(encodeFor(values)))) as readonly unknown[]
}
