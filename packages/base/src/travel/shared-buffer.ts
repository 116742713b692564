import { slot } from '../slots.ts'

const owners = (): WeakMap<object, object> => slot('base.sharedBuffers', () => new WeakMap<object, object>())
let known: WeakMap<object, object> | undefined

/**
 * Records that `buffer` is shared memory, although it looks like any other ArrayBuffer. Views of it arrive as views of
 * the same memory: `owner` travels with them, and the receiver makes a view of its buffer.
 *
 * @param owner - an object with a `buffer` that travels by handle
 */
export function noteSharedBuffer(buffer: ArrayBuffer, owner: { readonly buffer: ArrayBufferLike }): void {
  owners().set(buffer, owner)
}

/** The owner of a shared buffer; undefined for any other buffer. */
export function sharedBufferOwner(buffer: object): object | undefined {
  return (known ??= owners()).get(buffer)
}
