import type { GridPoint } from './grid.ts'
import type { Reference } from './reference.ts'
import type { FitResult } from './svc.ts'

/** How many cells were compared, how many are equal, and what is wrong with the first that is not. */
export interface Comparison {
  readonly cells: number
  readonly equal: number
  readonly mismatch: string | undefined
}

export function compareKnn(correct: readonly number[], reference: Reference): Comparison {
  return compare(correct.map((actual, i) => ({ name: `k-NN k=${i + 1}`, actual, expected: reference.knn.correct[i] })))
}

/** @param backend - where the cells were made, for the message */
export function compareGrid(points: readonly GridPoint[], reference: Reference, backend: string): Comparison {
  return compare(
    points.flatMap(({ C, gamma, correct }) => {
      const expected = reference.svc.cells.find(cell => cell.C === C && cell.gamma === gamma)
      return correct.map((actual, fold) => ({
        name: `SVC on ${backend}, C=${C} gamma=${gamma} fold ${fold}`,
        actual,
        expected: expected?.correct[fold],
      }))
    }),
  )
}

/** Of a search that did not go through. */
export function compareFits(results: readonly FitResult[], reference: Reference, backend: string): Comparison {
  return compare(
    results.map(({ C, gamma, fold, correct }) => ({
      name: `SVC on ${backend}, C=${C} gamma=${gamma} fold ${fold}`,
      actual: correct,
      expected: reference.svc.cells.find(cell => cell.C === C && cell.gamma === gamma)?.correct[fold],
    })),
  )
}

function compare(
  cells: readonly { readonly name: string; readonly actual: number; readonly expected: number | undefined }[],
): Comparison {
  const wrong = cells.filter(({ actual, expected }) => actual !== expected)
  const [first] = wrong
  return {
    cells: cells.length,
    equal: cells.length - wrong.length,
    mismatch:
      first === undefined
        ? undefined
        : `${first.name}: ${first.actual} rows are right, the reference has ${first.expected ?? 'nothing'}`,
  }
}
