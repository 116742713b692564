import { spawn } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const root = join(import.meta.dirname, '..')
const data = join(root, 'data')
let scratch = ''
beforeAll(() => {
  scratch = mkdtempSync(join(tmpdir(), 'digits-'))
})
afterAll(() => rmSync(scratch, { recursive: true }))

interface Outcome {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

function start(args: readonly string[], whileRunning: (stderr: string, kill: (signal: NodeJS.Signals) => void) => void = () => {}): Promise<Outcome> {
  const child = spawn(process.execPath, ['--conditions=@manyhands/source', join(root, 'src/main.ts'), ...args])
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', chunk => (stdout += String(chunk)))
  child.stderr.on('data', chunk => {
    stderr += String(chunk)
    whileRunning(stderr, signal => child.kill(signal))
  })
  return new Promise(resolve => child.on('close', code => resolve({ code, stdout, stderr })))
}

describe('mistakes on the command line end with one line and code 2', () => {
  test.for([
    [['--backend', 'thread'], /thread.*threads/],
    [['--jbos', '2'], /--jbos.*--jobs/],
    [['--jobs', '0'], /jobs.*0/],
    [['--data', '/nowhere'], /nowhere/],
  ] as const)('%j', async ([args, message]) => {
    const { code, stderr } = await start(args)
    expect(code).toBe(2)
    expect(stderr.trimEnd().split('\n')).toHaveLength(1)
    expect(stderr).toMatch(message)
  })

  test('a malformed row is told by file and line', async () => {
    const folder = join(scratch, 'malformed')
    cpSync(data, folder, { recursive: true })
    const file = join(folder, 'optdigits.tes')
    const lines = readFileSync(file, 'utf8').split('\n')
    lines[4] = lines[4]?.replace(/^\d+/, 'x') ?? ''
    writeFileSync(file, lines.join('\n'))
    const { code, stderr } = await start(['--data', folder])
    expect(code).toBe(2)
    expect(stderr).toMatch(/optdigits\.tes.*5/)
  })
})

test('the published table and every cell of the grid are reproduced, and summary.json says so', async () => {
  const out = join(scratch, 'out')
  const { code, stdout } = await start(['--check', '--jobs', '2', '--progress', 'off', '--out', out])
  expect(stdout).toContain('check passed')
  expect(code).toBe(0)
  const summary = JSON.parse(readFileSync(join(out, 'summary.json'), 'utf8')) as { knn: { correct: number[] }; svc: { cells: number; equal: number }; runs: unknown[] }
  expect(summary.knn.correct).toEqual([1761, 1750, 1758, 1754, 1759, 1757, 1755, 1755, 1756, 1753, 1759])
  expect([summary.svc.cells, summary.svc.equal]).toEqual([60, 60])
  expect(summary.runs.length).toBeGreaterThan(0)
})

test('--check fails by name when a reference differs', async () => {
  const folder = join(scratch, 'falsified')
  cpSync(data, folder, { recursive: true })
  const file = join(folder, 'reference.json')
  writeFileSync(file, readFileSync(file, 'utf8').replace('1761', '1762'))
  const { code, stderr } = await start(['--check', '--progress', 'off', '--data', folder])
  expect(code).toBe(1)
  expect(stderr).toMatch(/check failed: .*1762/)
})

test('Ctrl-C in the middle ends with code 130', async () => {
  let sent = false
  const { code, stderr } = await start(['--progress', 'lines', '--compare'], (text, kill) => {
    if (sent || !/SVC grid.*10%/.test(text)) return
    sent = true
    kill('SIGINT')
  })
  expect(sent).toBe(true)
  expect(code).toBe(130)
  expect(stderr).toContain('stopped by SIGINT')
})
