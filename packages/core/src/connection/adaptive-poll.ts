import { setImmediate, clock } from '@manyhands/base'
import { pause, SpinBudget } from '../waiting/spin-budget.ts'

/**
 * How long to poll for the next frame before sleeping. Longer: slower replies still arrive without a wake-up, which
 * takes 20 us or more, but polling blocks the event loop.
 */
const SPIN_MS = 0.05
/** Checks between two reads of the clock. */
const LOOKS = 50

/** The source that is polled. */
export interface Polled {
  /** Returns whether there is something to read. Called often. */
  hasCome(): boolean
  /** Called when there is no waiter, or polling has failed: from now on the writer must send a notification. */
  sleep(): void
  /** Called when there is something to read. */
  look(): void
}

/**
 * Polls for a message that is likely to arrive soon, such as the reply to a message just sent: for a moment in each
 * turn of the event loop, so that other work continues in between.
 *
 * Where a processor is free, the reply arrives during the poll; where all are busy, polling takes time from the very
 * process that should reply. So polling continues only as long as it succeeds.
 */
export class AdaptivePoll {
  readonly #polled: Polled
  #immediate: NodeJS.Immediate | undefined
  readonly #budget = new SpinBudget(4, 32)

  constructor(polled: Polled) {
    this.#polled = polled
  }

  /** True when a poll is scheduled in this turn of the event loop: until then no notification is needed. */
  get isPending(): boolean {
    return this.#immediate !== undefined
  }

  /** Schedules a poll. @param isWanted - called before the poll: returns whether there is a waiter */
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
    const end = clock() + SPIN_MS
    do {
      for (let i = 0; i < LOOKS; i++) {
        if (this.#polled.hasCome()) return true
        pause()
      }
    } while (clock() < end)
    return false
  }
}

let processors: number | undefined

/** With one processor polling never pays off. */
function mayPay(): boolean {
  processors ??= process.getBuiltinModule('node:os').availableParallelism()
  return processors > 1
}
