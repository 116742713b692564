import { spawnSync } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const program = join(import.meta.dirname, '../src/bench.ts')
const bench = (...args: string[]): ReturnType<typeof spawnSync> =>
  spawnSync(process.execPath, ['--conditions=@manyhands/source', program, ...args], { encoding: 'utf8' })

test('a run prints a table and writes its rows to a file', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'bench-'))
  try {
    const file = join(folder, 'rows.json')
    const { status, stdout } = bench('latency', '--only', 'raw worker_threads,comlink', '--reps', '2', '--json', file)
    expect(status).toBe(0)
    expect(stdout).toMatch(/^\| raw worker_threads \| thread \|/m)
    const rows = JSON.parse(await readFile(file, 'utf8')) as {
      section: string
      row: string
      metric: string
      value: number
      unit: string
      repeats: number
    }[]
    expect(rows.map(({ section, row, metric, unit, repeats }) => [section, row, metric, unit, repeats])).toEqual([
      ['latency', 'raw worker_threads', 'p50us', 'us', 2],
      ['latency', 'raw worker_threads', 'p99us', 'us', 2],
      ['latency', 'comlink', 'p50us', 'us', 2],
      ['latency', 'comlink', 'p99us', 'us', 2],
    ])
    expect(rows.every(({ value }) => value > 0)).toBe(true)
  } finally {
    await rm(folder, { recursive: true })
  }
})

test('a mistake on the command line is one line and exit code 2', () => {
  const { status, stdout, stderr } = bench('latenci')
  expect(status).toBe(2)
  expect(stdout).toBe('')
  expect(stderr).toBe('bench: unknown section "latenci"; did you mean `latency`?\n')
})
