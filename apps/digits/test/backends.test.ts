import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Backend, backends, parseArguments } from '../src/args.ts'
import { loadDigits } from '../src/load.ts'
import type { Cost } from '../src/measure.ts'
import { searchGrid } from '../src/searches.ts'
import { makeSmallData, removeSmallData } from './small-data.ts'

interface Run {
  readonly backend: Backend
  readonly jobs: number
  readonly costs: readonly Cost[]
  readonly correct: readonly number[]
  readonly cells: readonly number[]
}

let folder: string
let runs: readonly Run[]

beforeAll(async () => {
  folder = await makeSmallData()
  const program = join(import.meta.dirname, 'programs/every-backend.ts')
  const { stdout } = await promisify(execFile)(process.execPath, ['--conditions=@manyhands/source', program, folder], {
    timeout: 170_000,
  })
  runs = stdout
    .trimEnd()
    .split('\n')
    .map(line => JSON.parse(line) as Run)
}, 180_000)

afterAll(() => removeSmallData(folder))

test.each(backends.flatMap(backend => [1, 2, 5].map(jobs => [backend, jobs] as const)))(
  '%s with %i jobs gives the results of inline',
  (backend, jobs) => {
    const run = runs.find(candidate => candidate.backend === backend && candidate.jobs === jobs)
    const inline = runs.find(candidate => candidate.backend === 'inline')
    expect(run?.correct).toHaveLength(11)
    expect(run?.cells).toHaveLength(60)
    expect(run?.correct).toEqual(inline?.correct)
    expect(run?.cells).toEqual(inline?.cells)
    for (const cost of run?.costs ?? []) {
      expect(cost.backend).toBe(backend)
      expect(cost.jobs).toBe(backend === 'inline' ? 1 : jobs)
      expect(cost.taskSeconds).toBeGreaterThan(0)
      expect(cost.taskSeconds).toBeLessThan(cost.seconds * cost.jobs + 0.1)
    }
  },
)

test.each(backends)('%s: an aborted search rejects with the reason', async backend => {
  const search = searchGrid(
    await loadDigits(folder),
    parseArguments(['--progress', 'off']),
    backend,
    AbortSignal.abort(new Error('enough')),
  )
  await expect(search).rejects.toMatchObject({ name: 'CancelledError', cause: { message: 'enough' } })
})
