// Both searches on each backend with 1, 2 and 5 jobs: prints one JSON line a run. A program of its own, because Vitest
// rewrites the modules that a test imports, and their functions are then no longer exports of a module that a worker
// could import.
import { backends, parseArguments } from '../../src/args.ts'
import { loadDigits } from '../../src/load.ts'
import { searchGrid, searchNeighbours } from '../../src/searches.ts'

const digits = await loadDigits(process.argv[2] ?? '')
const { signal } = new AbortController()
for (const backend of backends) {
  for (const jobs of [1, 2, 5]) {
    const args = parseArguments(['--jobs', String(jobs), '--progress', 'off'])
    const knn = await searchNeighbours(digits, args, backend, signal)
    const grid = await searchGrid(digits, args, backend, signal)
    console.log(
      JSON.stringify({
        backend,
        jobs,
        costs: [knn.cost, grid.cost],
        correct: knn.correct,
        cells: grid.results.map(({ correct }) => correct),
      }),
    )
  }
}
