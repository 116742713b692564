import { bestPoint, type GridPoint } from './grid.ts'
import type { Cost } from './measure.ts'
import type { Reference } from './reference.ts'
import { formatTable } from './table.ts'

/** k, how many rows are right, and whether the percentage is the one that UCI published. */
export function knnTable(correct: readonly number[], total: number, reference: Reference): string {
  const rows = correct.map((count, i) => {
    const percent = ((100 * count) / total).toFixed(2)
    const published = (reference.knn.uciPercent[i] ?? 0).toFixed(2)
    return [`${i + 1}`, `${count}`, percent, published, percent === published ? '=' : 'differs']
  })
  return formatTable(['k', 'correct', '%', 'UCI 1998', ''], rows)
}

/** Mean accuracy: a row for each C, a column for each gamma. The best has a star. */
export function gridTable(points: readonly GridPoint[]): string {
  const best = bestPoint(points)
  const gammas = [...new Set(points.map(point => point.gamma))]
  const rows = [...new Set(points.map(point => point.C))].map(C => [
    `${C}`,
    ...gammas.map(gamma => {
      const point = points.find(candidate => candidate.C === C && candidate.gamma === gamma)
      return point === undefined ? '' : point.mean.toFixed(6) + (point === best ? '*' : ' ')
    }),
  ])
  return formatTable(['C', ...gammas.map(gamma => `gamma ${gamma} `)], rows)
}

/** One run, for the summary. */
export interface RunRow {
  readonly search: string
  readonly cost: Cost
  readonly speedup: number
}

/** Wall time, task time, how busy the jobs were, speed-up. */
export function runTable(runs: readonly RunRow[]): string {
  return formatTable(
    ['search', 'backend', 'jobs', 'wall s', 'task s', 'busy', 'speed-up'],
    runs.map(({ search, cost, speedup }) => [
      search,
      cost.backend,
      `${cost.jobs}`,
      cost.seconds.toFixed(2),
      cost.taskSeconds.toFixed(2),
      `${Math.min(100, (100 * cost.taskSeconds) / (cost.seconds * cost.jobs)).toFixed(0)}%`,
      `${speedup.toFixed(2)}x`,
    ]),
  )
}
