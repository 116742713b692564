import { delayed, Parallel, type ParallelOptions } from '@manyhands/parallel'
import { SharedArray } from '@manyhands/shared-memory'
import type { Arguments, Backend } from './args.ts'
import { collect, createBoard, fitOnBoard } from './board.ts'
import { chunksOf, countCorrect, maxK, nearestShared } from './knn.ts'
import type { Digits } from './load.ts'
import { type Cost, measure } from './measure.ts'
import { type Fit, type FitResult, gridOf } from './svc.ts'
import { UsageError } from './usage-error.ts'

/** Rows that one k-NN task classifies: 29 tasks for the 1797 rows. */
const chunkRows = 64

export interface KnnRun {
  /** Test rows that are classified right, for k = 1 to 11. */
  readonly correct: readonly number[]
  readonly cost: Cost
}

export interface GridRun {
  /** In the order of the grid; fewer than there are fits when the search stopped early. */
  readonly results: readonly FitResult[]
  readonly cost: Cost
  /** The search stopped at `--stop-at`; the fit that is best. */
  readonly stopped: FitResult | undefined
}

/** Classifies the test rows by their nearest training rows. */
export async function searchNeighbours(
  digits: Digits,
  args: Arguments,
  backend: Backend,
  signal: AbortSignal,
): Promise<KnnRun> {
  const { value, cost } = await measure(() =>
    neighboursOf(digits, optionsOf(args, backend, 'kNN k=1..11', 'chunk', signal)),
  )
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

/**
 * Fits every cell of the grid on the test rows, or until a fit reaches `args.stopAt`. Results come through a queue as
 * they are finished.
 *
 * @throws UsageError when `args.stopAt` is asked for on processes, and this machine cannot share memory with them
 */
export async function searchGrid(
  digits: Digits,
  args: Arguments,
  backend: Backend,
  signal: AbortSignal,
): Promise<GridRun> {
  const { features, labels, trainRows } = digits
  const rows = {
    features: Uint8Array.from(features.rows(trainRows).data),
    labels: Uint8Array.from(labels.rows(trainRows).data),
  }
  const fits = gridOf(args.full)
  const options = optionsOf(args, backend, `SVC grid ${fits.length} fits`, 'fit', signal)
  const board = createBoard(backend, args.stopAt)
  if (board === undefined && args.stopAt !== undefined) {
    throw new UsageError(
      `--stop-at needs memory that ${backend} share, which this machine does not have here: use --backend threads`,
    )
  }
  const collected = board === undefined ? Promise.resolve([]) : collect(board)
  try {
    const { value, cost } = await measure(() =>
      Parallel(options)(fits.map(fit => delayed(fitOnBoard)(rows, fit, board))),
    )
    await board?.results.join()
    board?.results.shutdown()
    const results = [...value.filter(result => result !== undefined), ...(await collected)].toSorted(
      (a, b) => placeOf(a, fits) - placeOf(b, fits),
    )
    const best = results.find(result => result.correct / result.total === board?.best.value)
    return { results, cost, stopped: board?.stop.isSet === true ? best : undefined }
  } finally {
    board?.results.shutdown({ immediate: true }) // so that the collector ends when a fit has failed
    board?.results.close()
  }
}

function placeOf({ C, gamma, fold }: Fit, fits: readonly Fit[]): number {
  return fits.findIndex(fit => fit.C === C && fit.gamma === gamma && fit.fold === fold)
}

function optionsOf(
  args: Arguments,
  backend: Backend,
  desc: string,
  unit: string,
  signal: AbortSignal,
): ParallelOptions {
  const renderer = args.progress
  return {
    backend,
    jobs: args.jobs,
    signal,
    progress: renderer === 'off' ? false : { desc: `${desc}, ${backend}`, unit, renderer },
  }
}
