import { pause, SpinBudget } from '../waiting/spin-budget.ts'

/**
 * How long the next frame is polled for before the system is asked to wait. Longer: slower answers still come without a
 * wake-up, which takes 20 us or more; but it is the event loop that stands still.
 */
const SPIN_MS = 0.05
/** Looks between two looks at the clock. */
const LOOKS = 50

/** What is polled for. */
export interface Polled {
  /** Whether it has come: called often. */
  hasCome(): boolean
  /** Nothing waits just now, or polling has failed: from now on a notification is needed. */
  sleep(): void
  /** It has come. */
  look(): void
}

/**
 * Waits for what is likely to come at once, as the answer to what was just sent: for a moment in each turn of the event
 * loop, so that all else goes on in between.
 *
 * Where a processor is free the answer comes while it is polled for; where all are busy, polling takes the time from
 * the very process that is to answer. So it continues only as long as it succeeds.
 */
export class AdaptivePoll {
  readonly #polled: Polled
  #immediate: NodeJS.Immediate | undefined
  readonly #budget = new SpinBudget(4, 32)

  constructor(polled: Polled) {
    this.#polled = polled
  }

  /** It will be polled for in this turn of the event loop: until then no notification is needed. */
  get isPending(): boolean {
    return this.#immediate !== undefined
  }

  /** Begins to wait. @param isWanted - called when it is time: whether anything waits */
  begin(isWanted: () => boolean): void {
    if (this.#immediate !== undefined) return
    if (!mayPay() || !this.#budget.mayTry()) return this.#polled.sleep()
    this.#immediate = setImmediate(() => {
      this.#immediate = undefined
      if (!isWanted()) return this.#polled.sleep()
      if (this.#budget.note(this.#spin())) this.#polled.look()
      else this.#polled.sleep()
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
        if (this.#polled.hasCome()) return true
        pause()
      }
    } while (performance.now() < end)
    return false
  }
}

let processors: number | undefined

/** With one processor it never pays. */
function mayPay(): boolean {
  processors ??= process.getBuiltinModule('node:os').availableParallelism()
  return processors > 1
}
