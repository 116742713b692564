/** Tracks whether spinning has paid off lately: after some failures in a row it is tried only occasionally. */
export class SpinBudget {
  readonly #patience: number
  readonly #probeEvery: number
  #failures = 0

  /**
   * @param patience - failures in a row after which spinning is tried less often. Larger: more time is lost where
   * processors are scarce; smaller: a single late answer costs the next ones a wake-up
   * @param probeEvery - from then on, one in this many calls tries. Larger: less time is lost; smaller: a change is
   * noticed sooner
   */
  constructor(patience: number, probeEvery: number) {
    this.#patience = patience
    this.#probeEvery = probeEvery
  }

  mayTry(): boolean {
    return this.#failures < this.#patience || this.#failures++ % this.#probeEvery === 0
  }

  /** @returns `success` */
  note(success: boolean): boolean {
    this.#failures = success ? 0 : this.#failures + 1
    return success
  }
}

/** Hints to the processor that this is a spin loop. Does nothing on Node 22, which has no `Atomics.pause`. */
export const pause: () => void = (Atomics as { pause?: () => void }).pause ?? ((): void => {})
