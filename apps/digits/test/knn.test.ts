import { join } from 'node:path'
import { SharedArray } from '@manyhands/shared-memory'
import { beforeAll, expect, test } from 'vitest'
import { compareKnn } from '../src/check.ts'
import { chunksOf, countCorrect, maxK, nearestCopied, nearestShared } from '../src/knn.ts'
import { loadDigits } from '../src/load.ts'
import type { Digits } from '../src/load.ts'
import { loadReference } from '../src/reference.ts'

const folder = join(import.meta.dirname, '../data')
let digits: Digits
let neighbours: SharedArray<'i32'>

beforeAll(async () => {
  digits = await loadDigits(folder)
  neighbours = SharedArray.i32([digits.testRows, maxK])
  for (const chunk of chunksOf(digits.trainRows, digits.trainRows + digits.testRows, 64)) nearestShared(digits.features, digits.trainRows, neighbours, chunk)
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

test('copies give the same neighbours as shared memory', () => {
  const { features, trainRows } = digits
  const train = Uint8Array.from(features.rows(0, trainRows).data)
  const queries = Uint8Array.from(features.rows(trainRows, trainRows + 100).data)
  expect(nearestCopied(train, queries)).toEqual(Int32Array.from(neighbours.rows(0, 100).data))
})

test('of rows that are equally near the first comes first', () => {
  const train = new Uint8Array(12 * 64)
  train[64] = 1 // row 1 is farther than all others
  expect([...nearestCopied(train, new Uint8Array(64))]).toEqual([0, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11])
})

test('of labels with equal votes the lowest wins', () => {
  // One vote each for 9 and 2 at k = 2; two each for 9, 2 and 0 at k = 6.
  const labels = Uint8Array.from([9, 2, 2, 9, 0, 0, 0, 0, 0, 0, 0, 2])
  const correct = countCorrect(Int32Array.from({ length: maxK }, (_, i) => i), labels, 11)
  expect(correct).toEqual([0, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0])
})

test('chunks cover all rows once', () => {
  expect(chunksOf(3, 10, 4)).toEqual([{ from: 3, to: 7 }, { from: 7, to: 10 }])
  expect(chunksOf(0, 0, 4)).toEqual([])
})

test('a count that differs is named', async () => {
  const reference = await loadReference(folder)
  expect(compareKnn([1761, 1750, 1, ...reference.knn.correct.slice(3)], reference)).toEqual({
    cells: 11,
    equal: 10,
    mismatch: 'k-NN k=3: 1 rows are right, the reference says 1758',
  })
})
