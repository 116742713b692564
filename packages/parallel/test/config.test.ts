import { AsyncLocalStorage } from 'node:async_hooks'
import { setImmediate as turn } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { delayed, Parallel, parallelConfig, parallelMap } from '../src/index.ts'
import { ManualBackend } from './support/manual-backend.ts'

const add = (x: number) => x + 1

/** Runs one task and says with how many jobs. */
async function jobsOf(backend: ManualBackend, call: () => Promise<unknown>): Promise<number | undefined> {
  const done = call()
  await backend.runAll()
  await done
  return backend.contexts.at(-1)?.jobs
}

test('J16 sets defaults for what begins inside, and nothing outside', async () => {
  const backend = new ManualBackend()
  const result = parallelConfig({ backend, jobs: 3 }, () => parallelMap([1, 2], add))
  await backend.runAll()
  expect(await result).toEqual([2, 3])
  expect(backend.contexts[0]?.jobs).toBe(3)
  expect(await parallelMap([1], add, { backend: 'inline' })).toEqual([2])
  expect(backend.contexts).toHaveLength(1)
})

test('returns what the function returns', () => {
  expect(parallelConfig({ jobs: 2 }, () => 'value')).toBe('value')
})

test('what the function throws passes through, and the defaults are gone', () => {
  expect(() =>
    parallelConfig({ backend: new ManualBackend() }, () => {
      throw new RangeError('own')
    }),
  ).toThrow(new RangeError('own'))
})

test('holds after an await', async () => {
  const backend = new ManualBackend()
  await parallelConfig({ backend, jobs: 3 }, async () => {
    await turn()
    expect(await jobsOf(backend, () => parallelMap([1], add))).toBe(3)
  })
})

test('J43 options of the call win', async () => {
  const backend = new ManualBackend()
  await parallelConfig({ backend, jobs: 3 }, async () => {
    expect(await jobsOf(backend, () => parallelMap([1], add, { jobs: 5 }))).toBe(5)
    expect(await jobsOf(backend, () => Parallel({ jobs: 6 })([delayed(add)(1)]))).toBe(6)
    expect(await jobsOf(backend, () => parallelMap([1], add, { jobs: undefined }))).toBe(3)
  })
})

test('J45 a nested one inherits what it does not set', async () => {
  const backend = new ManualBackend()
  await parallelConfig({ backend, jobs: 3, batchSize: 2 }, async () => {
    await parallelConfig({ jobs: 4, batchSize: undefined }, async () => {
      expect(await jobsOf(backend, () => parallelMap([1, 2, 3, 4], add))).toBe(4)
      expect(backend.sizes).toEqual([2, 2])
    })
    expect(await jobsOf(backend, () => parallelMap([1], add))).toBe(3)
  })
})

test('J18 two that run at the same time do not see each other', async () => {
  const [one, two] = [new ManualBackend(), new ManualBackend()]
  const run = (backend: ManualBackend, jobs: number) =>
    parallelConfig({ backend, jobs }, async () => {
      await turn()
      return jobsOf(backend, () => parallelMap([1], add))
    })
  expect(await Promise.all([run(one, 2), run(two, 7)])).toEqual([2, 7])
})

test('a Parallel made outside is affected by the place of the call, not of its making', async () => {
  const backend = new ManualBackend()
  const parallel = Parallel({ jobs: 2 })
  await parallelConfig({ backend }, async () => {
    expect(await jobsOf(backend, () => parallel([delayed(add)(1)]))).toBe(2)
  })
})

describe('the async context of the caller', () => {
  const store = new AsyncLocalStorage<string>()

  test('holds in the input, whenever it is pulled', async () => {
    const backend = new ManualBackend()
    const seen = new Set<string | undefined>()
    function* input() {
      for (let i = 0; i < 10; i++) {
        seen.add(store.getStore())
        yield i
      }
    }
    const result = store.run('mine', () => parallelMap(input(), add, { backend, jobs: 1 }))
    await store.run('other', () => backend.runAll())
    await result
    expect([...seen]).toEqual(['mine'])
  })

  test('holds in an async input', async () => {
    const backend = new ManualBackend()
    const seen = new Set<string | undefined>()
    const input = {
      [Symbol.asyncIterator]() {
        let i = 0
        return {
          async next() {
            seen.add(store.getStore())
            return { done: i >= 10, value: i++ }
          },
        }
      },
    }
    const result = store.run('mine', () => parallelMap(input, add, { backend, jobs: 1 }))
    await store.run('other', async () => {
      await backend.batch(0)
      await backend.runAll()
    })
    await result
    expect([...seen]).toEqual(['mine'])
  })

  test.each(['inline', 'async'] as const)('holds in tasks that run here (%s)', async backend => {
    const read = async () => (await turn(), store.getStore())
    const result = store.run('mine', () => Parallel({ backend, jobs: 2 })([1, 2, 3].map(() => delayed(read)())))
    expect(await result).toEqual(['mine', 'mine', 'mine'])
  })

  test('holds in a renderer', async () => {
    const seen = new Set<string | undefined>()
    const renderer = { update: () => void seen.add(store.getStore()) }
    const backend = new ManualBackend()
    const result = store.run('mine', () => parallelMap([1], add, { backend, progress: { renderer } }))
    await store.run('other', () => backend.runAll())
    await result
    expect([...seen]).toEqual(['mine'])
  })
})

describe("require: 'shared-memory'", () => {
  test('a configured backend without it gives way to threads', async () => {
    const backend = new ManualBackend()
    const { chooseBackend } = await import('../src/backends/choose-backend.ts')
    expect(chooseBackend(undefined, { backend, require: 'shared-memory' }).name).toBe('threads')
    expect(chooseBackend(undefined, { require: 'shared-memory' }).name).toBe('threads')
    expect(chooseBackend(undefined, { backend: 'inline', require: 'shared-memory' }).name).toBe('inline')
  })

  test('a backend without it that is given at the call is refused', () => {
    const message = "backend `processes` has no shared memory, but require is 'shared-memory'; use 'threads'"
    expect(() => void parallelMap([1], add, { backend: 'processes', require: 'shared-memory' })).toThrow(
      new TypeError(message),
    )
    expect(() =>
      parallelConfig({ require: 'shared-memory' }, () => void parallelMap([1], add, { backend: 'processes' })),
    ).toThrow(message)
  })
})
