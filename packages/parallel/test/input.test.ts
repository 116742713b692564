import { setImmediate as turn } from 'node:timers/promises'
import { CancelledError } from '@manyhands/core'
import { describe, expect, test, vi } from 'vitest'
import { delayed, Parallel, parallelMap } from '../src/index.ts'
import { double, doubled, manual } from './support/manual-call.ts'

// The pulling of a batch ends after a while, and that is not what these are about: time stands still.
const time = vi.hoisted(() => ({ ms: 0 }))
vi.mock(import('@manyhands/base'), async actual => ({ ...(await actual()), clock: () => time.ms }))

describe('how far the input is pulled', () => {
  function* counting(pulled: number[]) {
    for (let i = 0; ; i++) {
      pulled.push(i)
      yield i
    }
  }

  test('an endless input is pulled by two batches per job', async () => {
    const { backend, options } = manual({ batchSize: 3 })
    const pulled: number[] = []
    const abort = new AbortController()
    const result = parallelMap(counting(pulled), double, { ...options, signal: abort.signal })
    expect(backend.sizes).toEqual([3, 3, 3, 3])
    expect(pulled).toHaveLength(12)
    backend.batches[0]?.run()
    expect(pulled).toHaveLength(15)
    abort.abort()
    await expect(result).rejects.toThrow(CancelledError)
    expect(pulled).toHaveLength(15)
  })

  test.each([
    [1, 1],
    [5, 5],
    [{ perJob: 3 }, 6],
    [{ perJob: 0.1 }, 1],
  ] as const)('preDispatch %j means %i batches', async (preDispatch, batches) => {
    const { backend, options } = manual({ preDispatch })
    const result = parallelMap(counting([]), double, options)
    expect(backend.batches).toHaveLength(batches)
    backend.batches[0]?.fail(new Error('enough'))
    await expect(result).rejects.toThrow('enough')
  })

  test("'all' pulls everything when the call starts, and sends as many batches as otherwise", async () => {
    const { backend, options } = manual({ preDispatch: 'all' })
    let pulled = 0
    function* input() {
      for (; pulled < 100; pulled++) yield delayed(double)(pulled)
    }
    const result = Parallel(options)(input())
    expect(pulled).toBe(100)
    expect(backend.batches).toHaveLength(4)
    await backend.runAll()
    expect(await result).toEqual(doubled(100))
  })

  test("'all' goes on asking an async input", async () => {
    const { backend, options } = manual({ preDispatch: 'all' })
    const exhausted = Promise.withResolvers<void>()
    async function* input() {
      for (let i = 0; i < 20; i++) yield i
      exhausted.resolve()
    }
    const result = parallelMap(input(), double, options)
    await exhausted.promise
    expect(backend.batches.length).toBeLessThan(20)
    await backend.runAll()
    expect(await result).toEqual(doubled(20))
  })

  test('a slow generator does not hold back what it gave', async () => {
    const { backend, options } = manual({ batchSize: 1000, preDispatch: 1 })
    function* slow() {
      for (let i = 0; i < 3; i++) {
        time.ms += 3
        yield i
      }
    }
    const result = parallelMap(slow(), double, options)
    expect(backend.sizes).toEqual([1])
    await backend.runAll()
    expect(await result).toEqual([0, 2, 4])
  })
})

describe('async input', () => {
  test('a batch does not wait for what comes later', async () => {
    const { backend, options } = manual({ batchSize: 10 })
    const later = Promise.withResolvers<void>()
    async function* input() {
      yield* [0, 1, 2]
      await later.promise
      yield 3
    }
    const result = parallelMap(input(), double, options)
    const first = await backend.batch(0)
    expect(first.size).toBe(3)
    first.run()
    later.resolve()
    ;(await backend.batch(1)).run()
    expect(await result).toEqual([0, 2, 4, 6])
  })

  test('is asked only while there is room', async () => {
    const { backend, options } = manual({ preDispatch: 1 })
    let asked = 0
    const input = { [Symbol.asyncIterator]: () => ({ next: async () => ({ done: asked++ > 5, value: asked }) }) }
    const result = parallelMap(input, double, options)
    await backend.batch(0)
    await turn()
    expect(asked).toBe(1)
    await backend.runAll()
    expect(await result).toHaveLength(6)
  })

  test('may be a task generator', async () => {
    const { backend, options } = manual()
    async function* input() {
      for (let i = 0; i < 10; i++) yield delayed(double)(i)
    }
    const result = Parallel(options)(input())
    await backend.batch(0)
    await backend.runAll()
    expect(await result).toEqual(doubled(10))
  })
})

test('an input that gets shorter while it is worked off gives the results of what was there', async () => {
  const { backend, options } = manual({ batchSize: 1, preDispatch: 1 })
  const items = [1, 2, 3, 4]
  const result = parallelMap(items, double, options)
  items.length = 2
  await backend.runAll()
  expect(await result).toEqual([2, 4])
})

test('an input that gets longer is read up to the length it had', async () => {
  const { backend, options } = manual({ batchSize: 1, preDispatch: 1 })
  const items = [1, 2]
  const result = parallelMap(items, double, options)
  items.push(3)
  await backend.runAll()
  expect(await result).toEqual([2, 4])
})

describe('empty input', () => {
  test.each([
    ['array', []],
    ['set', new Set<never>()],
    ['generator', (function* () {})()],
    ['async generator', (async function* () {})()],
  ])('an empty %s gives no results and starts nothing', async (_, input) => {
    const { backend, options } = manual()
    expect(await parallelMap(input, double, options)).toEqual([])
    expect(backend.contexts).toEqual([])
  })
})

/** Inputs that answer nonsense, by how: each gives one item first. */
const broken: readonly (readonly [how: string, message: RegExp, second: () => unknown])[] = [
  ['undefined', /next\(\) of the input must return an object \{ done, value \}, got undefined/, () => undefined],
  ['null', /got null/, () => null],
  ['a number', /got 5/, () => 5],
  [
    'a throw',
    /^thrown$/,
    () => {
      throw new RangeError('thrown')
    },
  ],
  [
    'a getter of `value` that throws',
    /^value$/,
    () => ({
      get value() {
        throw new RangeError('value')
      },
    }),
  ],
  [
    'a getter of `done` that throws',
    /^done$/,
    () => ({
      get done() {
        throw new RangeError('done')
      },
    }),
  ],
]

// A hang, or an unhandled rejection that ended the program.
describe.each(['sync', 'async'] as const)('an %s input that breaks in the middle', kind => {
  const inputOf = (second: () => unknown): Iterable<number> => {
    let asked = 0
    const next = () => (asked++ === 0 ? { done: false, value: 1 } : second())
    const iterator = { next: kind === 'sync' ? next : async () => next() }
    return { [kind === 'sync' ? Symbol.iterator : Symbol.asyncIterator]: () => iterator } as unknown as Iterable<number>
  }

  test.each(broken)('with %s fails the call with an error that names it', async (_, message, second) => {
    const unhandled: unknown[] = []
    const note = (error: unknown): void => void unhandled.push(error)
    process.on('unhandledRejection', note)
    const parallel = Parallel({ backend: 'async', jobs: 2 })
    await expect(parallelMap(inputOf(second), doubled, { backend: 'async', jobs: 2 })).rejects.toThrow(message)
    const results = parallel.stream(
      (function* () {
        yield* []
      })(),
      {},
    )
    expect(await results.next()).toEqual({ done: true, value: undefined })
    await turn()
    process.off('unhandledRejection', note)
    expect(unhandled).toEqual([])
  })
})

test('an input that never answers to being closed does not hold up an error', async () => {
  const endless: AsyncIterable<number> = {
    [Symbol.asyncIterator]: () => ({
      next: async () => ({ done: false as const, value: 1 }),
      return: () => new Promise<never>(() => {}),
    }),
  }
  const fail = (): never => {
    throw new RangeError('task')
  }
  await expect(parallelMap(endless, fail, { backend: 'async', jobs: 1 })).rejects.toThrow('task')
})
