/** Longer byte arrays are copied immediately instead of borrowed. */
const BORROWED_BYTES = 64 << 10

let borrowed: Uint8Array | undefined

/**
 * A copy of bytes that is valid until the next call in this thread. Allocating an ArrayBuffer of one kibibyte takes
 * four times as long as the rest of a get, and other parties should not have to wait for it.
 */
export function borrow(memory: Uint8Array, begin: number, byteLength: number): Uint8Array {
  const bytes = memory.subarray(begin, begin + byteLength)
  if (byteLength > BORROWED_BYTES) return bytes.slice()
  borrowed ??= new Uint8Array(BORROWED_BYTES)
  borrowed.set(bytes)
  return borrowed.subarray(0, byteLength)
}

/** The same bytes, valid indefinitely: borrowed bytes are copied. */
export function own(bytes: Uint8Array): Uint8Array {
  return bytes.buffer === borrowed?.buffer ? bytes.slice() : bytes
}
