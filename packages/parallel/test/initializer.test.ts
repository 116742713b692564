import { expect, test } from 'vitest'
import { delayed, Parallel, parallelConfig, parallelMap } from '../src/index.ts'

interface Prepared {
  runs?: string[]
}
const backends = ['inline', 'async', 'threads', 'processes'] as const
const jobs = 1

test.for(backends)('J42 %s: runs once per worker, before the first task, for any number of calls', async backend => {
  const key = `once on ${backend}`
  const initializer = (name: string): void => {
    const state = globalThis as Prepared
    state.runs = [...(state.runs ?? []), name]
  }
  const count = (): number => ((globalThis as Prepared).runs ?? []).filter(run => run === key).length
  const options = { backend, jobs, initializer, initializerArgs: [key] }
  expect(await parallelMap([1, 2, 3], count, options)).toEqual([1, 1, 1])
  expect(await Parallel(options)([delayed(count)()])).toEqual([1])
})

test.for(backends)('%s: an async one is awaited, and is not awaited by calls without it', async backend => {
  const initializer = async (key: string): Promise<void> => {
    await new Promise(resolve => void setImmediate(resolve))
    ;(globalThis as Prepared).runs = [...((globalThis as Prepared).runs ?? []), key]
  }
  const has = (key: string): boolean => (globalThis as Prepared).runs?.includes(key) === true
  const key = `async on ${backend}`
  const other = `other on ${backend}`
  const [mine, others, plain] = await Promise.all([
    parallelMap([key, key], has, { backend, jobs, initializer, initializerArgs: [key] }),
    parallelMap([other], has, { backend, jobs, initializer, initializerArgs: [other] }),
    parallelMap(['never'], has, { backend, jobs }),
  ])
  expect([mine, others, plain]).toEqual([[true, true], [true], [false]])
})

test.for(backends)(
  '%s: what it throws fails the call; the workers live on and the next call tries again',
  async backend => {
    class SetupError extends Error {
      readonly code = 'E_SETUP'
    }
    for (const isAsync of [false, true]) {
      const initializer = isAsync
        ? async () => {
            throw new SetupError('no license')
          }
        : () => {
            throw new SetupError('no license')
          }
      for (let i = 0; i < 2; i++) {
        const error = await parallelMap([1, 2], x => x, { backend, jobs, initializer }).catch((e: unknown) => e)
        expect(error).toBeInstanceOf(SetupError)
        expect(error).toMatchObject({ message: 'no license', code: 'E_SETUP' })
      }
    }
    expect(await parallelMap([1, 2], x => x + 1, { backend, jobs })).toEqual([2, 3])
  },
)

test.for(backends)('%s: what it assigns is there for tasks, in later calls too', async backend => {
  let table: ((x: number) => number) | undefined
  // Both see it, so that they are known to share a scope.
  const lookUp = (x: number): number | undefined => table?.(x)
  const initializer = (): void => {
    table = x => x + 1
    lookUp(0)
  }
  const read = (x: number): number | undefined => lookUp(x) ?? table?.(x)
  for (let call = 0; call < 3; call++) {
    expect(await parallelMap([1, 2, 3], read, { backend, jobs, initializer })).toEqual([2, 3, 4])
  }
})

test.for(backends)('%s: what it assigns is there, also when the first task did not use it', async backend => {
  let table: ((x: number) => number) | undefined
  let sum = 0
  const lookUp = (x: number): number | undefined => table?.(x)
  const initializer = (): void => {
    table = x => x + 1
    lookUp(0)
  }
  const read = (x: number): number | undefined => lookUp(x) ?? table?.(x)
  const add = (x: number): number => {
    sum += lookUp(x) ?? NaN
    return sum
  }
  const options = { backend, jobs, initializer }
  expect(await parallelMap([1], x => x, options)).toEqual([1])
  expect(await parallelMap([1], read, options)).toEqual([2])
  expect(await Parallel(options)([delayed((x: number) => x)(1), delayed(read)(2)])).toEqual([1, 3])
  // Only what the initializer assigns lives on; the rest is a copy for each call.
  const calls = [await parallelMap([1], add, options), await parallelMap([1], add, options)]
  expect(calls).toEqual(backend === 'inline' || backend === 'async' ? [[2], [4]] : [[2], [2]])
})

test('a worker that was replaced is prepared again', async () => {
  const initializer = (): void => void ((globalThis as Prepared).runs = ['prepared'])
  const look = (exits: boolean): unknown => (exits ? process.exit(3) : (globalThis as Prepared).runs)
  const options = { backend: 'processes', jobs, initializer } as const
  await expect(parallelMap([true], look, options)).rejects.toThrow('exited with code 3')
  expect(await parallelMap([false], look, options)).toEqual([['prepared']])
})

test('comes from parallelConfig, and takes only the arguments that it was given with', async () => {
  const note = (...names: string[]): void => void ((globalThis as Prepared).runs = names)
  const look = (): unknown => (globalThis as Prepared).runs
  const call = (options = {}): Promise<unknown> => parallelMap([0], look, { backend: 'threads', jobs, ...options })
  await parallelConfig({ initializer: note, initializerArgs: ['configured'] }, async () => {
    expect(await call()).toEqual([['configured']])
    expect(await call({ initializer: note })).toEqual([[]])
  })
})

test('an error names the task, not what prepared it', async () => {
  function failing(): never {
    throw new TypeError('own')
  }
  const error = await parallelMap([0], failing, { jobs, initializer: () => {} }).catch((e: unknown) => e)
  expect(error).toBeInstanceOf(TypeError)
  const late = await parallelMap(
    [0],
    function slow() {
      for (;;);
    },
    {
      jobs,
      timeoutMs: 50,
      initializer: () => {},
    },
  ).catch((e: unknown) => e)
  expect(String(late)).toContain('task `slow` ran longer than timeoutMs = 50')
})

test('bad options are named', () => {
  expect(() => parallelMap([1], x => x, { initializer: 'setup' as never })).toThrow('initializer must be a function')
  expect(() => parallelMap([1], x => x, { initializerArgs: 'x' as never })).toThrow(
    'initializerArgs must be an array, got "x"',
  )
  expect(() => parallelMap([1], x => x, { initargs: [] } as never)).toThrow('initializerArgs')
})
