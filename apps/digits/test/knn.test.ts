import { join } from 'node:path'
import { SharedArray } from '@manyhands/shared-memory'
import { beforeAll, expect, test } from 'vitest'
import { compareKnn } from '../src/check.ts'
import { chunksOf, countCorrect, maxK, nearestShared } from '../src/knn.ts'
import { type Digits, loadDigits } from '../src/load.ts'
import { loadReference } from '../src/reference.ts'

const folder = join(import.meta.dirname, '../data')
let digits: Digits
let neighbours: SharedArray<'i32'>

beforeAll(async () => {
  digits = await loadDigits(folder)
  neighbours = SharedArray.i32([digits.testRows, maxK])
  for (const chunk of chunksOf(digits.trainRows, digits.trainRows + digits.testRows, 64)) {
    nearestShared(digits.features, digits.trainRows, neighbours, chunk)
  }
})

test('all eleven counts equal the reference', async () => {
  const reference = await loadReference(folder)
  const correct = countCorrect(neighbours.data, digits.labels.data, digits.trainRows)
  expect(correct).toEqual(reference.knn.correct)
  expect(compareKnn(correct, reference)).toEqual({ cells: 11, equal: 11, mismatch: undefined })
})

test('the percentages are those that UCI published', async () => {
  const { knn } = await loadReference(folder)
  const correct = countCorrect(neighbours.data, digits.labels.data, digits.trainRows)
  expect(correct.map(count => Number(((100 * count) / digits.testRows).toFixed(2)))).toEqual(knn.uciPercent)
})

test('of rows that are equally near the first comes first', () => {
  const rows = SharedArray.f64([13, 64]) // 12 to train, 1 to classify
  const nearest = SharedArray.i32([1, maxK])
  rows.set(1, 1, 0) // row 1 is farther than all others
  nearestShared(rows, 12, nearest, { from: 12, to: 13 })
  expect([...nearest]).toEqual([0, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11])
})

test('of labels with equal votes the lowest wins', () => {
  // One vote each for 9 and 2 at k = 2; two each for 9, 2 and 0 at k = 6.
  const labels = Uint8Array.from([9, 2, 2, 9, 0, 0, 0, 0, 0, 0, 0, 2])
  const correct = countCorrect(
    Int32Array.from({ length: maxK }, (_, i) => i),
    labels,
    11,
  )
  expect(correct).toEqual([0, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0])
})

test('chunks cover all rows once', () => {
  expect(chunksOf(3, 10, 4)).toEqual([
    { from: 3, to: 7 },
    { from: 7, to: 10 },
  ])
  expect(chunksOf(0, 0, 4)).toEqual([])
})

test('a count that differs is named', async () => {
  const reference = await loadReference(folder)
  expect(compareKnn([1761, 1750, 1, ...reference.knn.correct.slice(3)], reference)).toEqual({
    cells: 11,
    equal: 10,
    mismatch: 'k-NN k=3: 1 rows are right, the reference has 1758',
  })
})
