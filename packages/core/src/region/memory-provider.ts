/**
 * The native calls that are needed to share memory with other processes. An address is a number; user space ends below
 * 2^53.
 */
export interface MemoryProvider {
  readonly name: 'koffi' | 'node:ffi'
  /**
   * Maps the file `fd`, shared, for reading and writing.
   *
   * @throws Error when the system call fails
   */
  map(fd: number, byteLength: number): number
  unmap(address: number, byteLength: number): void
  /** The memory at `address`. It is not unmapped when the buffer is collected. */
  view(address: number, byteLength: number): ArrayBuffer
  /** Undefined on systems other than Linux, which have no such call. */
  readonly futex: Futex | undefined
}

/** Source: man 2 futex. */
export interface Futex {
  /** Blocks until it is woken, at most `ms`; not at all unless the word at `address` is `expected`. */
  wait(address: number, expected: number, ms: number): void
  wake(address: number, count: number): void
}
