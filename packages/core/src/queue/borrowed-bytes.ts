/** Longer ones are copied at once to where they stay. */
const SCRATCH_BYTES = 64 << 10

let scratch: Uint8Array | undefined

/**
 * A copy of bytes that is valid until the next call in this thread. To make an ArrayBuffer for a kibibyte takes four
 * times as long as all else that a get does: no other party should have to wait for it.
 */
export function borrow(memory: Uint8Array, begin: number, byteLength: number): Uint8Array {
  const bytes = memory.subarray(begin, begin + byteLength)
  if (byteLength > SCRATCH_BYTES) return bytes.slice()
  scratch ??= new Uint8Array(SCRATCH_BYTES)
  scratch.set(bytes)
  return scratch.subarray(0, byteLength)
}

/** The same bytes, valid for good. */
export function own(bytes: Uint8Array): Uint8Array {
  return bytes.buffer === scratch?.buffer ? bytes.slice() : bytes
}
