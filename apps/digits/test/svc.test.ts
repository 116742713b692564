import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { compareGrid } from '../src/check.ts'
import { bestPoint, gridPoints } from '../src/grid.ts'
import { loadLibsvm } from '../src/libsvm.ts'
import { loadDigits } from '../src/load.ts'
import { loadReference, type Reference } from '../src/reference.ts'
import { fitFold, type FitResult, gridOf, type Rows } from '../src/svc.ts'

const folder = join(import.meta.dirname, '../data')
let rows: Rows
let reference: Reference

beforeAll(async () => {
  const { features, labels, trainRows } = await loadDigits(folder)
  rows = {
    features: Uint8Array.from(features.rows(trainRows).data),
    labels: Uint8Array.from(labels.rows(trainRows).data),
  }
  reference = await loadReference(folder)
})

test.each([
  { C: 1, gamma: 0.001 },
  { C: 100, gamma: 0.0003 },
])('the five folds of $C, $gamma equal scikit-learn', async ({ C, gamma }) => {
  const results: FitResult[] = []
  for (let fold = 0; fold < 5; fold++) results.push(await fitFold(rows, { C, gamma, fold }))
  expect(results.map(({ total }) => total)).toEqual([360, 360, 359, 359, 359])
  expect(results.every(({ durationMs }) => durationMs > 0)).toBe(true)
  expect(compareGrid(gridPoints(results), reference, 'inline')).toEqual({ cells: 5, equal: 5, mismatch: undefined })
})

test('the grid has 60 fits, in full 100, each with a reference', () => {
  expect(gridOf(false)).toHaveLength(60)
  expect(gridOf(true)).toHaveLength(100)
  expect(new Set(gridOf(true).map(fit => JSON.stringify(fit))).size).toBe(100)
  for (const { C, gamma } of gridOf(true)) {
    expect(reference.svc.cells.filter(cell => cell.C === C && cell.gamma === gamma)).toHaveLength(1)
  }
})

test('of points with equal means the first is the best', () => {
  const point = (C: number, mean: number) => ({ C, gamma: 1, correct: [], mean })
  expect(bestPoint([point(1, 0.5), point(2, 0.9), point(3, 0.9)]).C).toBe(2)
})

test('a cell that differs or has no reference is named', () => {
  const points = [
    { C: 10, gamma: 0.001, correct: [354, 358, 0, 356, 355], mean: 0 },
    { C: 7, gamma: 1, correct: [1], mean: 0 },
  ]
  expect(compareGrid(points, reference, 'threads')).toEqual({
    cells: 6,
    equal: 4,
    mismatch: 'SVC on threads, C=10 gamma=0.001 fold 2: 0 rows are right, the reference has 354',
  })
  expect(compareGrid(points.slice(1), reference, 'threads').mismatch).toBe(
    'SVC on threads, C=7 gamma=1 fold 0: 1 rows are right, the reference has nothing',
  )
})

test('loading LIBSVM leaves fetch and the handling of rejections as they were', async () => {
  const [fetch, listeners] = [globalThis.fetch, process.listeners('unhandledRejection')]
  expect(await loadLibsvm()).toBe(await loadLibsvm())
  expect(globalThis.fetch).toBe(fetch)
  expect(process.listeners('unhandledRejection')).toEqual(listeners)
})
