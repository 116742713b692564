import { spawn } from 'node:child_process'
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { makeSmallData, removeSmallData } from './small-data.ts'

const root = join(import.meta.dirname, '..')
let scratch: string
let small: string

beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'digits-'))
  small = await makeSmallData()
})

afterAll(async () => {
  await rm(scratch, { recursive: true })
  await removeSmallData(small)
})

interface Outcome {
  /** Of the program, and of the process group that it leads. */
  readonly pid: number
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

function start(args: readonly string[], onStderr: (text: string, pid: number) => void = () => {}): Promise<Outcome> {
  const child = spawn(process.execPath, ['--conditions=@manyhands/source', join(root, 'src/main.ts'), ...args], {
    detached: true,
  })
  const pid = child.pid ?? 0
  let [stdout, stderr] = ['', '']
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => onStderr((stderr += text), pid))
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', code => resolve({ pid, code, stdout, stderr }))
  })
}

describe('mistakes end with one line and code 2', () => {
  test.for([
    [['--backend', 'thread'], /thread.*threads/],
    [['--jbos', '2'], /--jbos.*--jobs/],
    [['--jobs', '0'], /jobs.*0/],
    [['--stop-at', '2'], /--stop-at must be an accuracy > 0 and <= 1, got "2"/],
    [['--stop-at', '0.9', '--check'], /cannot be combined/],
    [['--data', '/nowhere'], /nowhere.*there is no such file/],
    [['stray'], /unexpected argument "stray"/],
  ] as const)('%j', async ([args, message]) => {
    const { code, stdout, stderr } = await start(args)
    expect(code).toBe(2)
    expect(stdout).toBe('')
    expect(stderr.trimEnd().split('\n')).toHaveLength(1)
    expect(stderr).toMatch(message)
    expect(stderr).toMatch(/^digits: /)
  })

  test('a malformed row is told by file and line', async () => {
    const folder = join(scratch, 'malformed')
    await cp(small, folder, { recursive: true })
    const file = join(folder, 'optdigits.tes')
    const lines = (await readFile(file, 'utf8')).split('\n')
    lines[4] = lines[4]?.replace(/^\d+/, 'x') ?? ''
    await writeFile(file, lines.join('\n'))
    const { code, stderr } = await start(['--data', folder])
    expect(code).toBe(2)
    expect(stderr).toBe(`digits: ${file}:5: column 1 must be an integer from 0 to 16, got "x"\n`)
  })

  test('a folder that cannot be written to is named', async () => {
    const { code, stderr } = await start(['--progress', 'off', '--data', small, '--out', join(small, 'reference.json')])
    expect(code).toBe(2)
    expect(stderr).toMatch(/^digits: cannot write to --out .*reference\.json: .*\n$/)
  })
})

test('the published table and every cell of the grid are reproduced, and summary.json says so', async () => {
  const out = join(scratch, 'out')
  const { code, stdout } = await start(['--check', '--jobs', '2', '--progress', 'off', '--out', out])
  expect(stdout).toContain('check passed')
  expect(code).toBe(0)
  const summary = JSON.parse(await readFile(join(out, 'summary.json'), 'utf8')) as unknown
  expect(summary).toEqual({
    knn: { correct: [1761, 1750, 1758, 1754, 1759, 1757, 1755, 1755, 1756, 1753, 1759] },
    svc: { cells: 60, equal: 60, best: { C: 100, gamma: 0.0003, mean: expect.closeTo(0.989985, 6) } },
    runs: [{ backend: 'processes', jobs: 2, seconds: expect.any(Number), speedup: expect.any(Number) }],
  })
})

test.each(['threads', 'processes', 'inline'])(
  '--stop-at ends the search on %s once a fit is good enough',
  async backend => {
    const out = join(scratch, `stopped-${backend}`)
    const { code, stdout } = await start([
      '--backend',
      backend,
      '--jobs',
      '2',
      '--stop-at',
      '0.9',
      '--progress',
      'off',
      '--data',
      small,
      '--out',
      out,
    ])
    expect(code).toBe(0)
    const [, finished] = /stopped after (\d+) of 60 fits/.exec(stdout) ?? []
    expect(Number(finished)).toBeLessThan(60)
    expect(stdout).toMatch(/rows right, (1\.0|0\.9)\d+ >= 0\.9/)
    const { svc } = JSON.parse(await readFile(join(out, 'summary.json'), 'utf8')) as {
      svc: { cells: number; equal: number; best: { mean: number } }
    }
    expect([svc.cells, svc.equal]).toEqual([Number(finished), Number(finished)])
    expect(svc.best.mean).toBeGreaterThanOrEqual(0.9)
  },
)

test('--compare runs inline, threads and processes and tells how much faster they are than inline', async () => {
  const out = join(scratch, 'compared')
  const { code, stdout } = await start([
    '--compare',
    '--check',
    '--jobs',
    '2',
    '--progress',
    'off',
    '--data',
    small,
    '--out',
    out,
  ])
  expect(code).toBe(0)
  expect(stdout).toContain('60 of 60 fold cells equal scikit-learn on processes')
  const { runs } = JSON.parse(await readFile(join(out, 'summary.json'), 'utf8')) as {
    runs: { backend: string; jobs: number; seconds: number; speedup: number }[]
  }
  expect(runs.map(({ backend, jobs }) => [backend, jobs])).toEqual([
    ['inline', 1],
    ['threads', 2],
    ['processes', 2],
  ])
  const inline = runs[0]?.seconds ?? 0
  for (const { seconds, speedup } of runs) {
    expect(Math.abs(speedup * seconds - inline)).toBeLessThan(0.01 * (1 + speedup + seconds))
  }
})

test.each([
  [
    'a k-NN count',
    { knn: 4, cell: 0 },
    /^digits: check failed: k-NN k=5: \d+ rows are right, the reference has \d+\n$/,
  ],
  [
    'a fold cell',
    { knn: 0, cell: 7 },
    /^digits: check failed: SVC on processes, C=1 gamma=0\.001 fold 0: \d+ rows are right, the reference has \d+\n$/,
  ],
])('--check fails by name when the reference of %s differs', async (name, { knn, cell }, message) => {
  const folder = join(scratch, name)
  await cp(small, folder, { recursive: true })
  const file = join(folder, 'reference.json')
  const reference = JSON.parse(await readFile(file, 'utf8')) as {
    knn: { correct: number[] }
    svc: { cells: { correct: number[] }[] }
  }
  if (knn > 0) reference.knn.correct[knn] = (reference.knn.correct[knn] ?? 0) + 1
  const correct = reference.svc.cells[cell]?.correct ?? []
  if (cell > 0) correct[0] = (correct[0] ?? 0) + 1
  await writeFile(file, JSON.stringify(reference))
  const { code, stderr } = await start(['--check', '--progress', 'off', '--data', folder])
  expect(stderr).toMatch(message)
  expect(code).toBe(1)
  const unchecked = await start(['--progress', 'off', '--data', folder])
  expect(unchecked.code).toBe(0)
})

describe.each([
  ['processes', 'the program alone'],
  ['processes', 'all of its processes, as a terminal does'],
  ['threads', 'all of its processes, as a terminal does'],
  ['inline', 'all of its processes, as a terminal does'],
] as const)('%s: Ctrl-C to %s', (backend, target) => {
  test('in the middle ends with code 130 and leaves no process', async () => {
    let sent = false
    const { pid, code, stderr } = await start(['--progress', 'lines', '--backend', backend], (text, leader) => {
      if (sent || !/SVC grid.* \d+%/.test(text)) return
      sent = true
      process.kill(target === 'the program alone' ? leader : -leader, 'SIGINT')
    })
    expect(sent).toBe(true)
    expect(stderr.trimEnd().split('\n').at(-1)).toBe('digits: stopped by SIGINT')
    expect(code).toBe(130)
    await vi.waitFor(() => expect(groupIsGone(pid)).toBe(true), { timeout: 5000 })
  })
})

function groupIsGone(leader: number): boolean {
  try {
    process.kill(-leader, 0)
    return false
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ESRCH') return true
    throw error
  }
}
