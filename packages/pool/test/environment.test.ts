import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { cpuQuota } from '../src/here/cpu-quota.ts'
import { checkExecutable } from '../src/host/check-executable.ts'
import { ProcessPoolExecutor } from '../src/index.ts'

let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'manyhands-cgroup-'))
})
afterEach(() => rmSync(root, { recursive: true }))

test.for([
  ['200000 100000', 2],
  ['150000 100000', 2],
  ['5000 100000', 1],
  ['max 100000', Infinity],
] as const)('a quota of control groups v2, %s, is %d processors', ([text, count]) => {
  writeFileSync(join(root, 'cpu.max'), `${text}\n`)
  expect(cpuQuota(root)).toBe(count)
})

test.for([
  ['300000', 3],
  ['250000', 3],
  ['-1', Infinity],
] as const)('a quota of control groups v1, %s of 100000 µs, is %d processors', ([text, count]) => {
  mkdirSync(join(root, 'cpu'))
  writeFileSync(join(root, 'cpu/cpu.cfs_quota_us'), `${text}\n`)
  writeFileSync(join(root, 'cpu/cpu.cfs_period_us'), '100000\n')
  expect(cpuQuota(root)).toBe(count)
})

test('without control groups there is no quota', () => {
  expect(cpuQuota(root)).toBe(Infinity)
})

test('a copy of the program that was started instead of a worker starts no more of them', () => {
  process.env['MANYHANDS_WORKER'] = '1'
  try {
    expect(checkExecutable).toThrow(/was started as a worker \(MANYHANDS_WORKER is set\), but .* ran the program/)
  } finally {
    delete process.env['MANYHANDS_WORKER']
  }
  expect(checkExecutable).not.toThrow()
})

test('what a worker starts is not taken for a worker', async () => {
  const pool = new ProcessPoolExecutor({ maxWorkers: 1 })
  expect(await pool.submit(() => process.env['MANYHANDS_WORKER'])).toBe(undefined)
  await pool.shutdown()
})
