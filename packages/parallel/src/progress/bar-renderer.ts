import { warnOf } from '@manyhands/base'
import { barLine, workerLine } from './format.ts'
import type { ProgressRenderer, ProgressStream } from './progress-options.ts'
import type { ProgressState } from './progress-state.ts'
import { displayOn, type DisplayRow, type TerminalDisplay } from './terminal-display.ts'

export interface BarOptions {
  readonly stream: ProgressStream
  /** A row per worker. */
  readonly workers: boolean
  /** Keep the last state on the screen. */
  readonly leave: boolean
  readonly open?: ((stream: ProgressStream) => Promise<TerminalDisplay>) | undefined
}

/** A bar on a terminal, redrawn ten times a second. */
export class BarRenderer implements ProgressRenderer {
  readonly #options: BarOptions
  #opening = false
  #display: TerminalDisplay | undefined
  #rows: DisplayRow[] = []

  constructor(options: BarOptions) {
    this.#options = options
  }

  update(state: ProgressState): void {
    if (state.outcome !== undefined) return this.#finish(state)
    if (!this.#opening) this.#open(state)
    if (this.#options.workers) this.#addWorkers(state)
  }

  #open(state: ProgressState): void {
    this.#opening = true
    const { stream, open = displayOn } = this.#options
    open(stream).then(display => {
      if (state.outcome !== undefined) return // it was over sooner
      this.#display = display
      this.#rows.push(display.add(columns => barLine(state, columns)))
    }, warnOf)
  }

  #addWorkers(state: ProgressState): void {
    const display = this.#display
    if (display === undefined) return
    while (this.#rows.length - 1 < state.workers.length && display.room > 0) {
      const place = this.#rows.length - 1
      this.#rows.push(
        display.add(columns => {
          const worker = state.workers[place]
          return worker === undefined ? '' : workerLine(worker, state, columns)
        }),
      )
    }
  }

  #finish(state: ProgressState): void {
    const { stream, leave } = this.#options
    const last = (columns: number): string => barLine(state, columns)
    if (this.#display !== undefined) this.#display.remove(this.#rows, leave ? last(this.#display.columns) : undefined)
    else if (leave) stream.write(`${last(stream.columns || 80)}\n`)
    this.#rows = []
  }
}
