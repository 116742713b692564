import { uniformInt } from 'pure-rand/distribution/uniformInt'
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus'

/** Random choices which a seed repeats. */
export class Dice {
  readonly #generator

  constructor(seed: number) {
    this.#generator = xoroshiro128plus(seed)
  }

  /** From `from` to `to`, both included. */
  int(from: number, to: number): number {
    return uniformInt(this.#generator, from, to)
  }

  chance(share: number): boolean {
    return this.int(0, 999) < 1000 * share
  }

  pick<const T>(choices: readonly T[]): T {
    return choices[this.int(0, choices.length - 1)] as T
  }
}
