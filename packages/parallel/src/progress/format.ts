import stringWidth from 'string-width'
import type { ProgressState, WorkerProgress } from './progress-state.ts'

/** `04:05`, `1:04:05`; with `tenths` also `04:05.6`. */
export function formatTime(ms: number, tenths = false): string {
  const total = tenths ? Math.round(ms / 100) / 10 : Math.round(ms / 1000)
  const hours = Math.floor(total / 3600)
  const minutes = String(Math.floor(total / 60) % 60).padStart(2, '0')
  const seconds = tenths ? (total % 60).toFixed(1).padStart(4, '0') : String(total % 60).padStart(2, '0')
  return `${hours > 0 ? `${hours}:` : ''}${minutes}:${seconds}`
}

/** `3.9 task/s`, `12k task/s`. */
export function formatRate(perSecond: number, unit: string): string {
  const scales: [number, string][] = [
    [1e6, 'M'],
    [1e3, 'k'],
  ]
  const [divisor, suffix] = scales.find(([least]) => perSecond >= least * 10) ?? [1, '']
  const value = perSecond / divisor
  return `${value >= 100 ? Math.round(value) : Number(value.toPrecision(value < 0.1 ? 1 : 2))}${suffix} ${unit}/s`
}

/** Rounded down, so that 100% means all. */
export function formatPercent(part: number): string {
  return `${Math.floor(part * 100 + 1e-9)}%` // 0.57 * 100 is a little less than 57
}

/** `57/100`, the number padded to the width of the total; `57` when there is no total. */
export function formatCount({ settled, total }: ProgressState): string {
  return total === undefined ? String(settled) : `${String(settled).padStart(String(total).length)}/${total}`
}

const eighths = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉']
const LEAST_BAR = 5
const WIDEST_BAR = 40

/**
 * The line of a bar, `columns` wide at most:
 *
 *     svm grid  56%│██████████▊         │  57/100 [00:04<00:02, 22 task/s] ▶ 2/2 processes
 *
 * What does not fit is left out: first the end of the line, then the bar itself.
 */
export function barLine(state: ProgressState, columns: number): string {
  const { desc, total, settled, outcome } = state
  const rate = state.rate === undefined ? '' : `, ${formatRate(state.rate, state.unit)}`
  const eta = state.etaMs === undefined ? '' : `<${formatTime(state.etaMs)}`
  const parts = [
    `${formatCount(state)} [${formatTime(state.elapsedMs)}${eta}${rate}]`,
    outcome === undefined ? `▶ ${state.running}/${state.jobs}` : outcome === 'done' ? '' : outcome,
    state.failed > 0 ? `✗ ${state.failed}` : '',
    state.retried > 0 ? `↻ ${state.retried}` : '',
    state.backend,
  ].filter(part => part !== '')
  const width = columns - 1 // a line that fills the last column makes some terminals wrap
  if (total === undefined) return fit([desc, ...parts], width)
  const share = total === 0 ? 1 : Math.min(1, settled / total)
  const head = `${desc === '' ? '' : `${desc} `}${formatPercent(share).padStart(4)}`
  while (parts.length > 1 && stringWidth(head) + LEAST_BAR + 4 + stringWidth(parts.join(' ')) > width) parts.pop()
  const tail = parts.join(' ')
  const bar = Math.min(WIDEST_BAR, width - stringWidth(head) - stringWidth(tail) - 4)
  return bar < LEAST_BAR ? fit([head.trimStart(), ...parts], width) : `${head}│${blocks(share, bar)}│  ${tail}`
}

/** `  worker 0 process 41230   39 done  busy  96%`. */
export function workerLine(worker: WorkerProgress, state: ProgressState, columns: number): string {
  const busy = state.elapsedMs > 0 ? Math.min(1, worker.busyMs / state.elapsedMs) : 0
  const osId = worker.pid ?? worker.threadId
  return fit(
    [
      `  worker ${worker.id} ${worker.kind}${osId === undefined ? '' : ` ${osId}`}`.padEnd(26),
      `${worker.done} done`.padStart(12),
      ` busy ${formatPercent(busy).padStart(4)}`,
    ],
    columns - 1,
  )
}

function blocks(share: number, width: number): string {
  const filled = Math.round(share * width * 8)
  return `${'█'.repeat(Math.floor(filled / 8))}${eighths[filled % 8]}`.padEnd(width)
}

function fit(parts: readonly string[], width: number): string {
  return truncate(parts.filter(part => part !== '').join(' '), width).trimEnd()
}

/** At most `width` columns of a terminal, in which a wide character takes two. */
function truncate(text: string, width: number): string {
  if (stringWidth(text) <= width) return text
  let kept = ''
  let columns = 0
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    columns += stringWidth(segment)
    if (columns > width) break
    kept += segment
  }
  return kept
}
