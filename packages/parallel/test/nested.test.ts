import { currentWorker } from '@manyhands/pool'
import { describe, expect, test } from 'vitest'
import { chooseBackend } from '../src/backends/choose-backend.ts'
import { delayed, Parallel, remote } from '../src/index.ts'

// By name: the test runner rewrites imports, and a function that uses Parallel could not be sent with its text.
type Tasks = typeof import('./tasks/nested.ts')
const url = new URL('./tasks/nested.ts', import.meta.url)
const whereNestedRuns = remote<Tasks, 'whereNestedRuns'>(url, 'whereNestedRuns')
const row = remote<Tasks, 'row'>(url, 'row')
const depth = remote<Tasks, 'depth'>(url, 'depth')
const branch = remote<Tasks, 'branch'>(url, 'branch')

describe('where Parallel runs inside of a worker', () => {
  test('J20 on a thread: there, one after the other', async () => {
    const [seen] = await Parallel({ backend: 'threads', jobs: 1 })([delayed(whereNestedRuns)(3)])
    expect(seen.outer).toMatchObject({ kind: 'thread', level: 1 })
    expect(seen.inner).toEqual([seen.outer, seen.outer, seen.outer])
  })

  test('J22 in a process: on threads, and in those there', async () => {
    const [seen] = await Parallel({ backend: 'processes', jobs: 1 })([delayed(whereNestedRuns)(3, 2)])
    expect(seen.outer).toMatchObject({ kind: 'process', level: 1 })
    expect(seen.inner).toHaveLength(3)
    expect(seen.innermost).toHaveLength(4)
    for (const inner of [...seen.inner, ...seen.innermost]) expect(inner).toMatchObject({ kind: 'thread', level: 2 })
  })

  test('J21 inline and async add no level', async () => {
    for (const backend of ['inline', 'async'] as const) {
      const [seen] = await Parallel({ backend, jobs: 1 })([delayed(whereNestedRuns)(2)])
      expect(seen.outer).toBeUndefined()
      expect(seen.inner).toHaveLength(2)
      for (const inner of seen.inner) expect(inner).toMatchObject({ kind: 'thread', level: 1 })
    }
  })

  test('here nothing gives way', () => {
    expect(currentWorker()).toBeUndefined()
    expect(chooseBackend('processes', { backend: 'processes' }).name).toBe('processes')
  })
})

// joblib: test_nested_loop
test.each(['inline', 'async', 'threads', 'processes'] as const)(
  'J04 loops in loops of every kind complete (outer: %s)',
  async outer => {
    for (const inner of ['inline', 'async', 'threads', 'processes'] as const) {
      expect(await Parallel({ backend: outer, jobs: 2 })([0, 10].map(i => delayed(row)(i, inner)))).toEqual([
        [0, 1, 2],
        [10, 11, 12],
      ])
    }
  },
)

// joblib: test_thread_bomb_mitigation
test.each(['threads', 'processes'] as const)(
  'J37 a function that nests itself does not multiply workers (%s)',
  async backend => {
    expect(await Parallel({ backend, jobs: 2 })([delayed(depth)(30, backend)])).toEqual([30])
  },
)

// joblib: test_nested_loop_with_exception_with_loky
test('J06 an error in one branch of a nested loop surfaces as itself', async () => {
  const result = Parallel({ backend: 'processes', jobs: 2 })([0, 1].map(i => delayed(branch)(i)))
  await expect(result).rejects.toMatchObject({ name: 'RangeError', message: 'branch 1 1' })
})
