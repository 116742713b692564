import { slot } from '../slots.ts'

const owners = (): WeakMap<object, object> => slot('base.sharedBuffers', () => new WeakMap<object, object>())
let known: WeakMap<object, object> | undefined

/**
 * Notes that `buffer` is memory which others see as well, although it looks like any other ArrayBuffer. Views of it
 * travel as what they are: `owner` goes along, and a view of its buffer is made where it arrives.
 *
 * @param owner - an object with a `buffer` that travels by handle
 */
export function noteSharedBuffer(buffer: ArrayBuffer, owner: { readonly buffer: ArrayBufferLike }): void {
  owners().set(buffer, owner)
}

/** The owner of a buffer that others see as well; undefined for any other. */
export function sharedBufferOwner(buffer: object): object | undefined {
  return (known ??= owners()).get(buffer)
}
