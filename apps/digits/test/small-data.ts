import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArguments } from '../src/args.ts'
import { gridPoints } from '../src/grid.ts'
import { loadDigits } from '../src/load.ts'
import { searchGrid, searchNeighbours } from '../src/searches.ts'

/**
 * A new folder with the first rows of the data and a reference that fits them: the whole app runs on it in a second.
 */
export async function makeSmallData(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'digits-'))
  for (const [name, rows] of [
    ['optdigits.tra', 300],
    ['optdigits.tes', 100],
  ] as const) {
    const text = await readFile(join(import.meta.dirname, '../data', name), 'utf8')
    await writeFile(join(folder, name), text.split('\n').slice(0, rows).join('\n'))
  }
  const digits = await loadDigits(folder)
  const args = parseArguments(['--full', '--progress', 'off'])
  const { signal } = new AbortController()
  const knn = await searchNeighbours(digits, args, 'inline', signal)
  const grid = await searchGrid(digits, args, 'inline', signal)
  const cells = gridPoints(grid.results).map(({ C, gamma, correct }) => ({ C, gamma, correct }))
  const reference = { knn: { correct: knn.correct, uciPercent: knn.correct }, svc: { cells } }
  await writeFile(join(folder, 'reference.json'), JSON.stringify(reference))
  return folder
}

export async function removeSmallData(folder: string): Promise<void> {
  await rm(folder, { recursive: true })
}
