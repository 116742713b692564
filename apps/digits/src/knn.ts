import type { SharedArray } from '@manyhands/shared-memory'
import { pixels } from './load.ts'

/** The largest k that is counted. */
export const maxK = 11

/** Rows to classify: `from` to `to` (not included) of all rows. */
export interface Chunk {
  readonly from: number
  readonly to: number
}

/** Parts of at most `size` rows. */
export function chunksOf(from: number, to: number, size: number): Chunk[] {
  return Array.from({ length: Math.ceil((to - from) / size) }, (_, i) => ({
    from: from + i * size,
    to: Math.min(to, from + (i + 1) * size),
  }))
}

/**
 * Task: finds the neighbours of a chunk of rows and writes them to `neighbours`. Nothing is copied, in or out.
 *
 * @param neighbours - one row of {@link maxK} indices for each row behind the training rows
 */
export function nearestShared(
  features: SharedArray<'f64'>,
  trainRows: number,
  neighbours: SharedArray<'i32'>,
  chunk: Chunk,
): void {
  neighbours
    .rows(chunk.from - trainRows, chunk.to - trainRows)
    .data.set(nearest(features.data, trainRows, features.rows(chunk.from, chunk.to).data))
}

/**
 * The {@link maxK} nearest training rows of each query, by (squared distance, row index): every tie has one answer,
 * whatever the backend.
 */
function nearest(train: Float64Array, trainRows: number, queries: Float64Array): Int32Array {
  const count = queries.length / pixels
  const result = new Int32Array(count * maxK)
  const distances = new Float64Array(maxK)
  for (let q = 0; q < count; q++) {
    const best = result.subarray(q * maxK, (q + 1) * maxK)
    const query = queries.subarray(q * pixels, (q + 1) * pixels)
    distances.fill(Infinity)
    for (let row = 0; row < trainRows; row++) {
      const start = row * pixels
      let distance = 0
      // Pixels are integers, and so are their sums: the compiler of Node 26 takes three times as long for the same in
      // floats.
      for (let i = 0; i < pixels; i++) {
        const difference = ((train[start + i] ?? 0) - (query[i] ?? 0)) | 0
        distance = (distance + difference * difference) | 0
      }
      if (distance < (distances[maxK - 1] ?? 0)) insert(distances, best, distance, row)
    }
  }
  return result
}

/** Keeps both arrays sorted. A row that is as near as one before it comes after it. */
function insert(distances: Float64Array, rows: Int32Array, distance: number, row: number): void {
  let place = maxK - 1
  while (place > 0 && (distances[place - 1] ?? 0) > distance) {
    distances[place] = distances[place - 1] ?? 0
    rows[place] = rows[place - 1] ?? 0
    place--
  }
  distances[place] = distance
  rows[place] = row
}

/**
 * How many test rows are classified right for k = 1 to 11: the majority of the k nearest rows, and of equal votes the
 * lowest label.
 *
 * @param labels - of all rows, the training rows first
 */
export function countCorrect(neighbours: Int32Array, labels: Uint8Array, trainRows: number): number[] {
  const correct = Array.from({ length: maxK }, () => 0)
  const votes = new Uint8Array(10)
  for (let q = 0; q < neighbours.length / maxK; q++) {
    votes.fill(0)
    for (let k = 1; k <= maxK; k++) {
      const label = labels[neighbours[q * maxK + k - 1] ?? 0] ?? 0
      votes[label] = (votes[label] ?? 0) + 1
      if (votes.indexOf(Math.max(...votes)) === labels[trainRows + q]) correct[k - 1] = (correct[k - 1] ?? 0) + 1
    }
  }
  return correct
}
