/** Values of a run or a segment: arguments or results. */
export type Payload = readonly unknown[] | Float64Array

/** Numbers are packed into a Float64Array from this many on: fewer are cheaper in a plain array. */
const PACK_NUMBERS_FROM = 32

/** True for what a message carries as it is. Objects, functions and symbols go through the codec. */
export function isPrimitive(value: unknown): boolean {
  const type = typeof value
  return type === 'object' ? value === null : type !== 'function' && type !== 'symbol'
}

/**
 * Many numbers travel as one Float64Array: 10 times cheaper to clone than a plain array, and a thread gets it without a
 * copy.
 */
export function toPayload(values: unknown[], allNumbers: boolean, transfer: unknown[]): Payload {
  if (!allNumbers || values.length < PACK_NUMBERS_FROM) return values
  const packed = Float64Array.from(values as number[])
  transfer.push(packed.buffer)
  return packed
}
