import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { perWorker } from '@manyhands/core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ProcessPoolExecutor, ThreadPoolExecutor, type WorkerExecutor } from '../src/index.ts'

test('each worker makes its own, once, and disposes of it when it ends in order', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'manyhands-'))
  try {
    const log = join(folder, 'log')
    const { stdout, stderr } = await promisify(execFile)(
      process.execPath,
      ['--conditions=@manyhands/source', join(import.meta.dirname, 'programs/per-worker.ts'), log],
      { timeout: 170_000 },
    )
    const ofPool = ['shared 2', 'shared 3', 'later 4', 'plain 5']
    expect(JSON.parse(stdout)).toEqual(['here 1', ...ofPool, ...ofPool, 'shared 6'])
    expect(stderr).toBe('')
    const lines = (await readFile(log, 'utf8')).trim().split('\n')
    const count = (line: string): number => lines.filter(other => other === line).length
    const names = ['here', 'shared', 'later', 'plain']
    expect(names.map(name => [name, count(`open ${name}`), count(`close ${name}`)])).toEqual([
      ['here', 1, 1],
      ['shared', 4, 4],
      ['later', 2, 2],
      ['plain', 2, 0],
    ])
    // A shutdown waits for it.
    expect(lines.slice(0, lines.indexOf('shut down')).at(-1)).toBe('close shared')
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})

interface Tried {
  tries?: number
}

describe.for(['threads', 'processes'] as const)('%s', kind => {
  let pool: WorkerExecutor
  beforeAll(() => {
    pool = new (kind === 'threads' ? ThreadPoolExecutor : ProcessPoolExecutor)({ maxWorkers: 1, concurrency: 4 })
  })
  afterAll(() => pool.terminate())

  test('a factory that fails fails the tasks that need it, and is tried again by the next', async () => {
    const connect = (): string => {
      const state = globalThis as Tried
      state.tries = (state.tries ?? 0) + 1
      if (state.tries % 2 === 1) throw new RangeError(`refused ${state.tries}`)
      return `connected at ${state.tries}`
    }
    const direct = perWorker(connect)
    const later = perWorker(async () => connect())
    await expect(pool.submit(() => direct.value)).rejects.toThrow(new RangeError('refused 1'))
    expect([await pool.submit(() => direct.value), await pool.submit(() => direct.value)]).toEqual(
      Array.from({ length: 2 }, () => 'connected at 2'),
    )
    await expect(pool.submit(() => later.get())).rejects.toThrow(new RangeError('refused 3'))
    expect(await Promise.all([pool.submit(() => later.get()), pool.submit(() => later.get())])).toEqual(
      Array.from({ length: 2 }, () => 'connected at 4'),
    )
  })

  test('is one in a worker however it arrives, and comes back as itself', async () => {
    const mark = perWorker(() => Math.random())
    const marks = await Promise.all([
      pool.submit(() => mark.value),
      pool.submit(given => given.value, mark),
      pool.submit(given => given.inner.value, { inner: mark }),
    ])
    expect(new Set(marks).size).toBe(1)
    expect(await pool.submit(() => mark)).toBe(mark)
    expect(marks).not.toContain(mark.value)
  })
})

test('pools that come and go with resources leave one listener for the end of the program', async () => {
  const held = perWorker(() => 1, { dispose: () => {} })
  for (let i = 0; i < 3; i++) {
    const pool = new ThreadPoolExecutor({ maxWorkers: 1 })
    expect(await pool.submit(() => held.value)).toBe(1)
    await pool.shutdown()
  }
  expect(process.listeners('beforeExit').filter(({ name }) => /closeAll/.test(name))).toHaveLength(1)
})

test('bad use is named', async () => {
  expect(() => perWorker('x' as never)).toThrow('factory must be a function')
  expect(() => perWorker(() => 1, { dispose: 1 as never })).toThrow('dispose must be a function')
  expect(() => perWorker(() => 1, { close: () => {} } as never)).toThrow('dispose')
  const later = perWorker(async () => 1)
  expect(() => later.value).toThrow('the factory of this perWorker returns a promise: write `await resource.get()`')
  expect(await later.get()).toBe(1)
})
