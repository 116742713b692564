import { clock, setTimeout, slot } from '@manyhands/base'

/** How long a pool goes on with the workers it has before it tries to start another. */
const PAUSE_MS = 1000

/** Holds back the start of workers that the system has no room for, as long as others do the work. */
export class FewerWorkers {
  readonly #tryAgain: () => void
  #until = 0

  /** @param tryAgain - called after the pause: what waits may need a worker that the others will never be free for */
  constructor(tryAgain: () => void) {
    this.#tryAgain = tryAgain
  }

  /** No worker is to be started now. */
  get paused(): boolean {
    return this.#until > 0 && clock() < this.#until
  }

  /** One could not be started although others are there. Warns once in a program. */
  note(reason: string, cure: string): void {
    this.#until = clock() + PAUSE_MS
    setTimeout(this.#tryAgain, PAUSE_MS + 1).unref()
    slot('pool.fewerWorkers', () => {
      process.emitWarning(
        `a worker could not be started: ${reason}. Its pool goes on with those that it has: ` +
          `lower maxWorkers, or ${cure}`,
        { type: 'ManyhandsWarning', code: 'MANYHANDS_FEWER_WORKERS' },
      )
      return true
    })
  }
}
