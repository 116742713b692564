/**
 * How long one looks for the next frame before the system is asked to wait. Longer: slower answers still come without a
 * wake-up, which takes 20 us or more; but it is the event loop that stands still.
 */
const SPIN_MS = 0.05
/** Looks between two looks at the clock. */
const LOOKS = 50
/** Failures in a row after which it is tried only now and then. */
const PATIENCE = 4
const PROBE_EVERY = 32

// On Node 22 there is none.
const pause = (Atomics as { pause?: () => void }).pause ?? ((): void => {})

/** What one waits for. */
export interface Expected {
  /** Whether it has come: looked at often. */
  hasCome(): boolean
  /** Nobody need wait just now, or waiting has failed: from now on one is told. */
  sleep(): void
  /** It has come. */
  look(): void
}

/**
 * Waits for what is likely to come at once, as the answer to what was just sent: for a moment in each turn of the event
 * loop, so that all else goes on in between.
 *
 * Where a processor is free the answer comes while one looks; where all are busy, looking takes the time from the very
 * process that is to answer. So it goes on only as long as it succeeds.
 */
export class Expectation {
  readonly #expected: Expected
  #immediate: NodeJS.Immediate | undefined
  #failures = 0

  constructor(expected: Expected) {
    this.#expected = expected
  }

  /** It will be looked for in this turn of the event loop: until then nobody need tell. */
  get isPending(): boolean {
    return this.#immediate !== undefined
  }

  /** Begins to wait. @param isWanted - looked at when it is time: whether somebody waits */
  begin(isWanted: () => boolean): void {
    if (this.#immediate !== undefined) return
    if (!mayPay() || (this.#failures >= PATIENCE && this.#failures++ % PROBE_EVERY !== 0)) return this.#expected.sleep()
    this.#immediate = setImmediate(() => {
      this.#immediate = undefined
      if (!isWanted()) return this.#expected.sleep()
      const hasCome = this.#spin()
      this.#failures = hasCome ? 0 : this.#failures + 1
      if (hasCome) this.#expected.look()
      else this.#expected.sleep()
    })
  }

  cancel(): void {
    clearImmediate(this.#immediate)
    this.#immediate = undefined
  }

  #spin(): boolean {
    const end = performance.now() + SPIN_MS
    do {
      for (let i = 0; i < LOOKS; i++) {
        if (this.#expected.hasCome()) return true
        pause()
      }
    } while (performance.now() < end)
    return false
  }
}

let processors: number | undefined

/** With one processor it is never worth it. */
function mayPay(): boolean {
  processors ??= process.getBuiltinModule('node:os').availableParallelism()
  return processors > 1
}
