import { clock, slot } from '@manyhands/base'

/** How long a pool goes on with the workers it has before it tries to start another. */
const PAUSE_MS = 1000

/** Holds back the start of workers that the system has no room for, as long as others do the work. */
export class FewerWorkers {
  #until = 0

  /** No worker is to be started now. */
  get paused(): boolean {
    return this.#until > 0 && clock() < this.#until
  }

  /** One could not be started although others are there. Warns once in a program. */
  note(reason: string, cure: string): void {
    this.#until = clock() + PAUSE_MS
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
