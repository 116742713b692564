/** Successes that are remembered. More: a change of the machine's load is noticed later. */
const MAX_CREDIT = 8
/** Without credit every so many chances are still tried, to notice when spinning pays again. */
const PROBE_EVERY = 64

/**
 * Whether spinning pays. Where a processor is free the answer comes while one spins; where all are busy, spinning takes
 * the time from the very thread that is to answer. So it goes on only as long as it succeeds.
 */
export class SpinCredit {
  #credit = MAX_CREDIT / 2
  #chances = 0

  mayTry(): boolean {
    return this.#credit > 0 || ++this.#chances % PROBE_EVERY === 0
  }

  note(success: boolean): void {
    this.#credit = success ? Math.min(MAX_CREDIT, this.#credit + 1) : Math.max(0, this.#credit - 1)
  }
}
