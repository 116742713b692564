import { relative } from 'node:path'
import type { Arguments, Backend } from './args.ts'
import { compareFits, compareGrid, compareKnn } from './check.ts'
import { bestPoint, gridPoints } from './grid.ts'
import { loadDigits } from './load.ts'
import type { Cost } from './measure.ts'
import { loadReference, type Reference } from './reference.ts'
import { gridTable, knnTable, runTable } from './report.ts'
import { type GridRun, type KnnRun, searchGrid, searchNeighbours } from './searches.ts'
import { writeSummary } from './summary.ts'
import { type FitResult, gridOf } from './svc.ts'

/**
 * Runs both searches, prints their tables, writes the summary, checks the numbers.
 *
 * @param print - gets text without a line end
 * @param signal - aborts the searches; they then throw CancelledError
 * @returns what is wrong, when `args.check` asks for it: the first number that does not equal its reference
 * @throws UsageError for files that cannot be read, are broken, or cannot be written
 */
export async function runApp(
  args: Arguments,
  print: (text: string) => void,
  signal: AbortSignal,
): Promise<string | undefined> {
  const [digits, reference] = await Promise.all([loadDigits(args.data), loadReference(args.data)])
  print(`${digits.trainRows} training rows, ${digits.testRows} test rows from ${relative('', args.data) || '.'}`)

  const knn = await searchNeighbours(digits, args, args.backend ?? 'threads', signal)
  const knnCells = compareKnn(knn.correct, reference)
  print(`\nk nearest neighbours\n\n${knnTable(knn.correct, digits.testRows, reference)}`)
  print(`\n${knnCells.equal} of ${knnCells.cells} counts equal the reference`)

  const backends: readonly Backend[] = args.compare ? ['inline', 'threads', 'processes'] : [args.backend ?? 'processes']
  const grids: GridRun[] = []
  for (const backend of backends) grids.push(await searchGrid(digits, args, backend, signal))
  const [stopped] = grids.flatMap(grid => (grid.stopped === undefined ? [] : [grid]))
  if (stopped?.stopped !== undefined) return finishStopped(stopped, stopped.stopped, knn, reference, args, print)
  const points = grids.map(grid => gridPoints(grid.results))
  const gridCells = points.map((grid, i) => compareGrid(grid, reference, backends[i] ?? ''))
  const first = points[0] ?? []
  const best = bestPoint(first)
  print(`\nsupport vector classifier, mean accuracy of 5 folds (* the best)\n\n${gridTable(first)}\n`)
  gridCells.forEach(({ equal, cells }, i) =>
    print(`${equal} of ${cells} fold cells equal scikit-learn on ${backends[i]}`),
  )

  const inline = grids.find((_, i) => backends[i] === 'inline')
  const speedup = (cost: Cost): number => (inline === undefined ? cost.taskSeconds : inline.cost.seconds) / cost.seconds
  const runs = grids.map(({ cost }) => ({ search: 'SVC grid', cost, speedup: speedup(cost) }))
  print(
    `\n${runTable([{ search: 'k-NN', cost: knn.cost, speedup: knn.cost.taskSeconds / knn.cost.seconds }, ...runs])}`,
  )
  const ofGrid = inline === undefined ? '' : '; of the grid it is the wall time of inline over that of the run'
  print(`\nspeed-up is task time over wall time${ofGrid}`)

  if (args.out !== undefined) {
    await writeSummary(args.out, {
      knn: { correct: knn.correct },
      svc: {
        cells: first.length * 5,
        equal: Math.min(...gridCells.map(({ equal }) => equal)),
        best: { C: best.C, gamma: best.gamma, mean: best.mean },
      },
      runs: runs.map(({ cost, ...run }) => ({
        backend: cost.backend,
        jobs: cost.jobs,
        seconds: round(cost.seconds),
        speedup: round(run.speedup),
      })),
    })
    print(`\nsummary.json is in ${args.out}`)
  }
  return args.check ? [knnCells, ...gridCells].find(({ mismatch }) => mismatch !== undefined)?.mismatch : undefined
}

/** After a search that stopped early: there is no whole grid to show. */
async function finishStopped(
  { results, cost }: GridRun,
  best: FitResult,
  knn: KnnRun,
  reference: Reference,
  args: Arguments,
  print: (text: string) => void,
): Promise<undefined> {
  const accuracy = best.correct / best.total
  print(`\nsupport vector classifier: stopped after ${results.length} of ${gridOf(args.full).length} fits\n`)
  const fit = `C = ${best.C}, gamma = ${best.gamma}, fold ${best.fold}`
  print(`${fit}: ${best.correct} of ${best.total} rows right, ${accuracy.toFixed(6)} >= ${args.stopAt}`)
  const { cells, equal } = compareFits(results, reference, cost.backend)
  print(`${equal} of ${cells} fold cells equal scikit-learn`)
  const speedup = cost.taskSeconds / cost.seconds
  print(`\n${runTable([{ search: 'SVC grid', cost, speedup }])}`)
  if (args.out === undefined) return
  await writeSummary(args.out, {
    knn: { correct: knn.correct },
    svc: { cells, equal, best: { C: best.C, gamma: best.gamma, mean: accuracy } },
    runs: [{ backend: cost.backend, jobs: cost.jobs, seconds: round(cost.seconds), speedup: round(speedup) }],
  })
  print(`\nsummary.json is in ${args.out}`)
}

function round(value: number): number {
  return Number(value.toFixed(3))
}
