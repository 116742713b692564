import { Parallel, delayed } from '@manyhands/parallel'
import type { ParallelOptions } from '@manyhands/parallel'
import { SharedArray } from '@manyhands/shared-memory'
import type { Arguments, Backend } from './args.ts'
import { chunksOf, countCorrect, maxK, nearestShared } from './knn.ts'
import type { Digits } from './load.ts'
import { measure } from './measure.ts'
import type { Cost } from './measure.ts'
import { fitFold, gridOf } from './svc.ts'
import type { FitResult } from './svc.ts'

/** Rows that one k-NN task classifies: 29 tasks for the 1797 rows. */
const chunkRows = 64

export interface KnnRun {
  /** Test rows that are classified right, for k = 1 to 11. */
  readonly correct: readonly number[]
  readonly cost: Cost
}

export interface GridRun {
  readonly results: readonly FitResult[]
  readonly cost: Cost
}

/** Classifies the test rows by their nearest training rows. */
export async function searchNeighbours(digits: Digits, args: Arguments, backend: Backend, signal: AbortSignal): Promise<KnnRun> {
  const { value, cost } = await measure(() => neighboursOf(digits, optionsOf(args, backend, 'kNN k=1..11', 'chunk', signal)))
  return { correct: countCorrect(value, digits.labels.data, digits.trainRows), cost }
}

/** All tasks read one matrix and write rows of one result, in memory that threads and processes share. */
async function neighboursOf(digits: Digits, options: ParallelOptions): Promise<Int32Array> {
  const { features, trainRows, testRows } = digits
  const chunks = chunksOf(trainRows, trainRows + testRows, chunkRows)
  const neighbours = SharedArray.i32([testRows, maxK])
  await Parallel(options)(chunks.map(chunk => delayed(nearestShared)(features, trainRows, neighbours, chunk)))
  return neighbours.data
}

/** Fits every cell of the grid on the test rows. */
export async function searchGrid(digits: Digits, args: Arguments, backend: Backend, signal: AbortSignal): Promise<GridRun> {
  const { features, labels, trainRows } = digits
  const rows = { features: Uint8Array.from(features.rows(trainRows).data), labels: Uint8Array.from(labels.rows(trainRows).data) }
  const fits = gridOf(args.full)
  const options = optionsOf(args, backend, `SVC grid ${fits.length} fits`, 'fit', signal)
  const { value, cost } = await measure(() => Parallel(options)(fits.map(fit => delayed(fitFold)(rows, fit))))
  return { results: value, cost }
}

function optionsOf(args: Arguments, backend: Backend, desc: string, unit: string, signal: AbortSignal): ParallelOptions {
  const renderer = args.progress
  return { backend, jobs: args.jobs, signal, progress: renderer === 'off' ? false : { desc: `${desc}, ${backend}`, unit, renderer } }
}
