/** The atomic words that an algorithm sees: those of `packages/core/src/waiting/words.ts`. */
export interface Words {
  load(index: number): number
  store(index: number, value: number): void
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

/** Where to wait: until the word at `index` is no longer `expected`. */
export interface Wait {
  readonly index: number
  readonly expected: number
}

/** An algorithm that yields where it has to wait; resumed with true when it has to give up. */
export type Steps<T> = Generator<Wait, T, boolean>

/** Wakes up to `count` of the parties that wait for the word at `index`. */
export type Wake = (index: number, count: number) => void

/** The parties of a primitive, by the bits that a word records of its owner. */
export interface Parties {
  me(): number
  isDead(bits: number): boolean
}
