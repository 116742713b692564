import { type FitResult, folds } from './svc.ts'

/** One point of the grid: the mean of its folds. */
export interface GridPoint {
  readonly C: number
  readonly gamma: number
  /** Of each fold. */
  readonly correct: readonly number[]
  readonly mean: number
}

/** The folds of each point together, in the order of the results. */
export function gridPoints(results: readonly FitResult[]): GridPoint[] {
  return Array.from({ length: results.length / folds }, (_, i) => {
    const cells = results.slice(i * folds, (i + 1) * folds)
    const mean = cells.reduce((sum, cell) => sum + cell.correct / cell.total, 0) / folds
    return { C: cells[0]?.C ?? 0, gamma: cells[0]?.gamma ?? 0, correct: cells.map(cell => cell.correct), mean }
  })
}

/** The point with the highest mean; of equals the first, as in scikit-learn. */
export function bestPoint(points: readonly GridPoint[]): GridPoint {
  return points.reduce((best, point) => (point.mean > best.mean ? point : best))
}
