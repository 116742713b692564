import { formatCount, formatPercent, formatRate, formatTime } from './format.ts'
import type { ProgressRenderer, ProgressStream } from './progress-options.ts'
import type { ProgressState } from './progress-state.ts'

/** A line is written when this long nothing was. */
const QUIET_MS = 10_000
const STEPS = 10

/**
 * Plain lines for logs: one at the start, then one for each tenth that is done or every 10 s, and one at the end. No
 * colours, no cursor movements.
 */
export class LinesRenderer implements ProgressRenderer {
  readonly #stream: ProgressStream
  #step = 0
  #last: number | undefined

  constructor(stream: ProgressStream) {
    this.#stream = stream
  }

  update(state: ProgressState): void {
    const { total, settled, elapsedMs } = state
    if (this.#last === undefined) {
      const amount = total === undefined ? '' : `, ${total} to do`
      this.#write(state, elapsedMs, `start${amount}, jobs ${state.jobs} (${state.backend})`)
      this.#step = total === undefined ? 0 : Math.floor((settled * STEPS) / total)
    }
    if (state.outcome !== undefined) return this.#write(state, elapsedMs, this.#final(state))
    const step = total === undefined || total === 0 ? 0 : Math.floor((settled * STEPS) / total)
    if ((step > this.#step && settled < (total ?? 0)) || elapsedMs - (this.#last ?? 0) >= QUIET_MS) {
      this.#step = step
      this.#write(state, elapsedMs, this.#progress(state))
    }
  }

  #progress(state: ProgressState): string {
    const { total, settled, etaMs, rate } = state
    return [
      formatCount(state),
      total === undefined ? '' : formatPercent(total === 0 ? 1 : settled / total).padStart(4),
      `elapsed ${formatTime(state.elapsedMs)}`,
      etaMs === undefined ? '' : `eta ${formatTime(etaMs)}`,
      rate === undefined ? '' : formatRate(rate, state.unit),
      `busy ${state.running}/${state.jobs}`,
      state.retried > 0 ? `retries ${state.retried}` : '',
    ]
      .filter(part => part !== '')
      .join('  ')
  }

  #final(state: ProgressState): string {
    const { rate } = state
    return [
      `${state.outcome} ${formatCount(state).trimStart()}`,
      `elapsed ${formatTime(state.elapsedMs, true)}`,
      rate === undefined ? '' : formatRate(rate, state.unit),
      state.failed > 0 ? `failed ${state.failed}` : '',
      state.retried > 0 ? `retries ${state.retried}` : '',
      `utilisation ${formatPercent(state.utilisation)}`,
    ]
      .filter(part => part !== '')
      .join('  ')
  }

  #write(state: ProgressState, now: number, text: string): void {
    this.#last = now
    this.#stream.write(`[parallel] ${state.desc === '' ? '' : `${state.desc}: `}${text}\n`)
  }
}
