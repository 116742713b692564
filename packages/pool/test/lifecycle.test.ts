import { once } from 'node:events'
import { perWorker } from '@manyhands/core'
import { expect, test } from 'vitest'
import { currentWorker, ProcessPoolExecutor, ThreadPoolExecutor } from '../src/index.ts'
import { describeKinds } from './support/describe-kinds.ts'

describeKinds(kit => {
  const { create, where, blocks, begun, counts } = kit
  // CPython: test_max_tasks_per_child
  test('F29 with maxTasksPerChild 3 a worker runs three tasks, and another one the fourth', async () => {
    const pool = create({ maxWorkers: 1, maxTasksPerChild: 3 })
    const ids: number[] = []
    for (let i = 0; i < 7; i++) ids.push(await pool.submit(where))
    expect(ids).toEqual([0, 0, 0, 1, 1, 1, 2])
  })

  // CPython: test_max_tasks_early_shutdown
  test('F30 with maxTasksPerChild 1 a shutdown right after six submits gives six results', async () => {
    const pool = create({ maxWorkers: 2, maxTasksPerChild: 1 })
    const futures = [0, 1, 2, 3, 4, 5].map(n => pool.submit((x: number) => x * 2, n))
    await pool.shutdown()
    expect(await Promise.all(futures)).toEqual([0, 2, 4, 6, 8, 10])
  })

  test('with maxTasksPerChild tiny tasks that share messages all come back, and no worker runs too many', async () => {
    const pool = create({ maxWorkers: 2, maxTasksPerChild: 20 })
    const results = await Promise.all(
      Array.from({ length: 200 }, (_, i) => pool.submit((x: number) => [x, currentWorker()?.id ?? -1] as const, i)),
    )
    expect(results.map(([x]) => x)).toEqual(Array.from({ length: 200 }, (_, i) => i))
    const perWorkerId = new Map<number, number>()
    for (const [, id] of results) perWorkerId.set(id, (perWorkerId.get(id) ?? 0) + 1)
    expect(Math.max(...perWorkerId.values())).toBeLessThanOrEqual(20)
  })

  test('a batch is divided among as many workers as maxTasksPerChild makes necessary', async () => {
    const pool = create({ maxWorkers: 1, maxTasksPerChild: 2 })
    const ids: unknown[] = []
    await new Promise<void>(resolve => {
      const fn = () => currentWorker()?.id
      pool.submitBatch(
        { fn, items: [0, 0, 0, 0, 0], firstIndex: 0 },
        { onValue: (index, value) => (ids[index] = value), onError: () => {}, onDone: () => resolve() },
      )
    })
    expect(ids).toEqual([0, 0, 1, 1, 2])
  })

  test('a worker that holds more than maxMemoryBytes is replaced after its task', async () => {
    const pool = create({ maxWorkers: 1, maxMemoryBytes: 150e6 })
    const hoard = (): number => {
      const own = globalThis as { hoard?: unknown[] }
      own.hoard = [...(own.hoard ?? []), new Uint8Array(200e6).fill(1)]
      return currentWorker()?.id ?? -1
    }
    expect(await pool.submit(hoard)).toBe(0)
    expect(await pool.submit(hoard)).toBe(1)
    expect(await pool.submit(hoard)).toBe(2)
  })

  test('what is only garbage does not count for maxMemoryBytes', async () => {
    const pool = create({ maxWorkers: 1, maxMemoryBytes: 400e6 })
    const drop = (): number => {
      for (let i = 0; i < 15; i++) new Uint8Array(40e6).fill(i)
      return currentWorker()?.id ?? -1
    }
    for (let i = 0; i < 3; i++) expect(await pool.submit(drop)).toBe(0)
  })

  test('minWorkers are kept also when workers are replaced', async () => {
    const pool = create({ maxWorkers: 2, minWorkers: 2, maxTasksPerChild: 1 })
    await Promise.all([pool.submit(where), pool.submit(where)])
    while (pool.stats().exitedWorkers < 2 || pool.stats().workers < 2) await new Promise(setImmediate)
  })

  test('minWorkers are there from the start, and idleTimeoutMs closes those beyond them', async () => {
    const pool = create({ maxWorkers: 2, minWorkers: 1, idleTimeoutMs: 20 })
    expect(pool.stats().workers).toBe(1)
    const both = [pool.submit(blocks(), 1), pool.submit(blocks(), 1)]
    await begun(2)
    Atomics.store(kit.words, 1, 1)
    await Promise.all(both)
    while (pool.stats().workers > 1) await new Promise(setImmediate)
    expect(await pool.submit(() => 1)).toBe(1)
  })

  // loky: test_worker_timeout
  test('K22 workers that were closed because they were idle are started again, five times', async () => {
    const pool = create({ maxWorkers: 1, idleTimeoutMs: 1 })
    for (let round = 0; round < 5; round++) {
      expect(await pool.submit((x: number) => x, round)).toBe(round)
      while (pool.stats().workers > 0) await new Promise(setImmediate)
    }
  })

  test('resize: more at once, fewer when those that run have finished', async () => {
    const pool = create({ maxWorkers: 1 })
    const futures = [1, 2].map(() => pool.submit(blocks(), 1))
    await begun(1)
    expect(pool.stats().workers).toBe(1)
    await pool.resize(2)
    await begun(2)
    expect(pool.maxWorkers).toBe(2)
    let resized = false
    const resizing = pool.resize(1).then(() => (resized = true))
    await new Promise(setImmediate)
    expect(resized).toBe(false)
    Atomics.store(kit.words, 1, 1)
    await resizing
    expect(pool.stats().workers).toBe(1)
    expect(new Set(await Promise.all(futures)).size).toBe(2)
    expect(await pool.submit(() => 'well')).toBe('well')
  })

  // loky: test_reusable_executor_resize_many_times
  test('K11 resizing again and again with work pending ends, and loses nothing', async () => {
    const pool = create({ maxWorkers: 1 })
    const futures = []
    for (const size of [3, 1, 4, 2, 1, 3, 2, 1]) {
      futures.push(...Array.from({ length: 20 }, (_, i) => pool.submit((x: number) => x + 1, i)))
      void pool.resize(size)
    }
    const results = await Promise.all(futures)
    expect(results).toEqual(Array.from({ length: 160 }, (_, i) => (i % 20) + 1))
  })

  test('resize refuses what is no size, and a pool that was shut down', async () => {
    const pool = create({ maxWorkers: 1 })
    expect(() => pool.resize(0)).toThrow('maxWorkers must be')
    await pool.shutdown()
    expect(() => pool.resize(2)).toThrow(expect.objectContaining({ name: 'ShutdownError' }))
  })

  test('a worker that is replaced disposes of what it holds', async () => {
    const count = counts()
    const held = perWorker(() => ({}), { dispose: () => count(2) })
    const pool = create({ maxWorkers: 1, maxTasksPerChild: 1 })
    await pool.submit(() => typeof held.value)
    await pool.submit(() => typeof held.value)
    await pool.shutdown()
    expect(Atomics.load(kit.words, 2)).toBe(2)
  })

  test('workers have the name of their executor', async () => {
    const pool = create({ maxWorkers: 1, name: 'grinder' })
    const error: unknown = await pool.submit(() => process.exit(3)).exception()
    expect((error as Error).message).toContain('grinder-0')
  })
})

test('a process that has grown by 300 MB since its first task is replaced, with one warning', async () => {
  await using pool = new ProcessPoolExecutor({ maxWorkers: 1 })
  const warned = once(process, 'warning')
  const hold = (bytes: number): number => {
    const own = globalThis as { held?: Uint8Array }
    if (bytes > 0) own.held ??= new Uint8Array(bytes).fill(1)
    return currentWorker()?.id ?? -1
  }
  expect(await pool.submit(hold, 0)).toBe(0)
  // It looks once in a second.
  while ((await pool.submit(hold, 400e6)) === 0);
  const [warning] = (await warned) as [Error & { code?: string }]
  expect(warning.code).toBe('MANYHANDS_WORKER_OUTGROWN')
  expect(warning.message).toMatch(/^worker worker-0 has grown by 4\d\d MB/)
})

test('the options of a pool are checked', () => {
  const create = (options: object) => () => new ThreadPoolExecutor(options)
  expect(create({ minWorkers: 3, maxWorkers: 2 })).toThrow('minWorkers (3) must not be greater than maxWorkers (2)')
  expect(create({ maxTasksPerChild: 0 })).toThrow('maxTasksPerChild must be')
  expect(create({ maxTasksPerChild: '12' })).toThrow('maxTasksPerChild must be')
  expect(create({ maxMemoryBytes: -1 })).toThrow('maxMemoryBytes must be')
  expect(create({ maxQueue: -1 })).toThrow('maxQueue must be')
  expect(create({ idleTimeoutMs: -1 })).toThrow('idleTimeoutMs must be')
  expect(create({ name: 7 })).toThrow('name must be a string, got 7')
  expect(create({ idleTimeout: 7 })).toThrow('idleTimeoutMs')
  expect(create({ max_tasks_per_child: 7 })).toThrow('maxTasksPerChild')
})
