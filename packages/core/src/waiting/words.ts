/**
 * The atomic words of a primitive. The algorithms access memory only through this interface, so that the model checker
 * of the tests runs the same code as users do.
 *
 * All operations but `read` and `write` are sequentially consistent, as `Atomics` are. Values are signed 32-bit
 * integers; those of the `64` forms bigints, at indices of their own (index i covers the words 2i and 2i + 1).
 */
export interface Words {
  load(index: number): number
  store(index: number, value: number): void
  /**
   * A plain load, which is not done before an atomic load that precedes it; `write` is a plain store, which is visible
   * no later than an atomic store that follows it. Nothing more is guaranteed on all processors. For words that a mutex
   * guards, and for data that a later atomic store publishes. The compiler inlines them, while an atomic operation is a
   * call.
   */
  read(index: number): number
  write(index: number, value: number): void
  /** @returns the value before */
  add(index: number, amount: number): number
  /** @returns the value before: `expected` when it was written */
  compareExchange(index: number, expected: number, replacement: number): number
  load64(index: number): bigint
  store64(index: number, value: bigint): void
  compareExchange64(index: number, expected: bigint, replacement: bigint): bigint
}

/** Words in shared memory. */
export class SharedWords implements Words {
  readonly array: Int32Array
  readonly #wide: BigUint64Array

  constructor(buffer: ArrayBufferLike) {
    this.array = new Int32Array(buffer)
    this.#wide = new BigUint64Array(buffer)
  }

  load(index: number): number {
    return Atomics.load(this.array, index)
  }

  store(index: number, value: number): void {
    Atomics.store(this.array, index, value)
  }

  read(index: number): number {
    return this.array[index] as number
  }

  write(index: number, value: number): void {
    this.array[index] = value
  }

  add(index: number, amount: number): number {
    return Atomics.add(this.array, index, amount)
  }

  compareExchange(index: number, expected: number, replacement: number): number {
    return Atomics.compareExchange(this.array, index, expected, replacement)
  }

  load64(index: number): bigint {
    return Atomics.load(this.#wide, index)
  }

  store64(index: number, value: bigint): void {
    Atomics.store(this.#wide, index, value)
  }

  compareExchange64(index: number, expected: bigint, replacement: bigint): bigint {
    return Atomics.compareExchange(this.#wide, index, expected, replacement)
  }
}
