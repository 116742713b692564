import { type MapOptions, WaitTimeoutError } from '@manyhands/base'
import type { WorkerExecutor } from '@manyhands/pool'
import type { ExecutorSubject } from './executor-subject.ts'
import type { TestRunner } from './test-runner.ts'

const collect = async <T>(results: AsyncIterable<T>): Promise<T[]> => {
  const all: T[] = []
  for await (const result of results) all.push(result)
  return all
}

/** What the maps do on every executor. `pool` returns the one of the running test. */
export function describeMap(
  { describe, expect, test }: TestRunner,
  subject: ExecutorSubject,
  pool: () => WorkerExecutor,
): void {
  const { burn, increment } = subject
  describe('map', () => {
    test.for([undefined, 1, 3, 100])('yields in the order of the items with chunkSize %s', async chunkSize => {
      const items = Array.from({ length: 10 }, (_, i) => i)
      expect(await collect(pool().map(increment, items, { chunkSize }))).toEqual(items.map(i => i + 1))
    })

    // CPython: test_map_submits_without_iteration
    test('F19 submits without being iterated', async () => {
      const seen: number[] = []
      const input = function* () {
        for (let i = 0; i < 3; i++) {
          seen.push(i)
          yield i
        }
      }
      const results = pool().map(increment, input())
      expect(seen).toEqual([0, 1, 2])
      await results.return()
    })

    // CPython: test_map_buffersize
    test('F20 pulls no further than bufferSize ahead of the consumer, also from an endless input', async () => {
      let pulled = 0
      const endless = function* () {
        for (;;) yield pulled++
      }
      const results = pool().map(increment, endless(), { bufferSize: 4 })
      expect(pulled).toBe(4)
      expect(await results.next()).toEqual({ done: false, value: 1 })
      expect(pulled).toBe(5)
      await results.return()
    })

    // CPython: test_map, test_map_chunksize
    test('F18 several iterables go in step, with any chunkSize', async () => {
      const items = Array.from({ length: 40 }, (_, i) => i)
      const expected = items.map(x => x ** x % 7)
      for (const chunkSize of [undefined, 3, 6, 40, 50]) {
        expect(await pool().map(powerOf, items, items, { chunkSize }).toArray()).toEqual(expected)
      }
      expect(await pool().map(powerOf, items, items).toArray()).toEqual(expected)
      expect(() => pool().map(powerOf, items, items, { chunkSize: -1 })).toThrow(
        new RangeError('chunkSize must be an integer >= 1, got -1'),
      )
    })

    test('the shortest of several iterables, sync or async, ends them all', async () => {
      const closed: string[] = []
      const endless = function* () {
        try {
          for (let i = 0; ; i++) yield i
        } finally {
          closed.push('endless')
        }
      }
      const later = async function* () {
        try {
          for (let i = 0; i < 9; i++) yield String(i)
        } finally {
          closed.push('later')
        }
      }
      const join = (a: number, b: string, c: boolean): string => `${a}${b}${c}`
      const results = pool().map(join, endless(), later(), new Set([true, false]), { bufferSize: 3 })
      expect(await results.toArray()).toEqual(['00true', '11false'])
      expect(closed.sort()).toEqual(['endless', 'later'])
      expect(
        await pool()
          .map((a, b) => a + b, endless(), [1, 2])
          .toArray(),
      ).toEqual([1, 3])
    })

    test('an iterable that throws closes those that go with it', async () => {
      let closed = false
      const good = function* () {
        try {
          for (let i = 0; ; i++) yield i
        } finally {
          closed = true
        }
      }
      const bad = function* () {
        yield 1
        throw new SyntaxError('input')
      }
      const results = pool().map((a, b) => a + b, good(), bad())
      expect(await results.next()).toEqual({ done: false, value: 1 })
      await expect(results.next()).rejects.toThrow(new SyntaxError('input'))
      expect(closed).toBe(true)
    })

    test('spread makes arguments of what an item holds', async () => {
      const pairs: readonly (readonly [number, number])[] = [
        [2, 5],
        [3, 2],
      ]
      expect(await pool().map(powerOf, pairs, { spread: true, chunkSize: 2 }).toArray()).toEqual([4, 2])
    })

    test('an item that cannot be spread fails at its place, by its position', async () => {
      const pairs = [[2, 5], 3, [3, 2]] as unknown as readonly (readonly [number, number])[]
      const results = pool().map(powerOf, pairs, { spread: true })
      expect(await results.next()).toEqual({ done: false, value: 4 })
      await expect(results.next()).rejects.toThrow(
        new TypeError('map with spread: item 1 must be an array of arguments, got 3'),
      )
      expect((await results.next()).done).toBe(true)
    })

    test('toArray gives what is left, and closes on an error', async () => {
      const results = pool().map(increment, [1, 2, 3])
      expect(await results.next()).toEqual({ done: false, value: 2 })
      expect(await results.toArray()).toEqual([3, 4])
      expect(await results.toArray()).toEqual([])
      let closed = false
      const input = function* () {
        try {
          for (let i = 0; ; i++) yield i
        } finally {
          closed = true
        }
      }
      const fails = pool().map(
        (x: number) => {
          if (x === 2) throw new RangeError('two')
          return x
        },
        input(),
        { bufferSize: 2 },
      )
      await expect(fails.toArray()).rejects.toThrow(new RangeError('two'))
      expect(closed).toBe(true)
    })

    test('takes async iterables', async () => {
      const source = async function* () {
        for (let i = 0; i < 5; i++) {
          await Promise.resolve()
          yield i
        }
      }
      expect(await collect(pool().map(increment, source()))).toEqual([1, 2, 3, 4, 5])
    })

    // CPython: test_map_exception
    test('throws the error of a task at its place, and is over then', async () => {
      const results = pool().map(
        (x: number) => {
          if (x === 1) throw new RangeError('one')
          return x
        },
        [0, 1, 2],
      )
      expect(await results.next()).toEqual({ done: false, value: 0 })
      await expect(results.next()).rejects.toThrow(new RangeError('one'))
      expect((await results.next()).done).toBe(true)
    })

    test('throws the error of the input at its place', async () => {
      const input = function* () {
        yield 1
        throw new SyntaxError('input')
      }
      const results = pool().map(increment, input())
      expect(await results.next()).toEqual({ done: false, value: 2 })
      await expect(results.next()).rejects.toThrow(new SyntaxError('input'))
    })

    test('leaving early closes the input', async () => {
      let closed = false
      const input = function* () {
        try {
          for (let i = 0; ; i++) yield i
        } finally {
          closed = true
        }
      }
      for await (const value of pool().map(increment, input(), { bufferSize: 2 })) if (value === 3) break
      expect(closed).toBe(true)
    })

    // CPython: test_map_timeout
    test('timeoutMs counts from the call', async () => {
      await pool().submit(increment, 1)
      const results = pool().map(burn, [0, 20_000], { timeoutMs: 1000 })
      expect(await results.next()).toEqual({ done: false, value: 0 })
      await expect(results.next()).rejects.toBeInstanceOf(WaitTimeoutError)
    })

    test('a limit that runs out later takes back no result that was there', async () => {
      const own = subject.create({ maxWorkers: 1 })
      await own.submit(increment, 0) // its only worker is there: what follows takes a small part of the limit
      const timeoutMs = 3000
      const results = own.map(increment, [1, 2], { timeoutMs })
      expect(await results.next()).toEqual({ done: false, value: 2 })
      while (!own.idle) await new Promise(setImmediate)
      // A timer of the same length that was set later fires later: the limit has run out by then.
      await new Promise(resolve => setTimeout(resolve, timeoutMs))
      expect([await results.next(), await results.next()]).toEqual([
        { done: false, value: 3 },
        { done: true, value: undefined },
      ])
      await own.shutdown()
    })

    test('an input that never gives its next item holds neither the limit nor the error of a task back', async () => {
      const input = async function* () {
        yield 1
        await new Promise(() => {})
      }
      await pool().submit(increment, 0)
      const results = pool().map(increment, input(), { timeoutMs: 1000 })
      expect(await results.next()).toEqual({ done: false, value: 2 })
      await expect(results.next()).rejects.toBeInstanceOf(WaitTimeoutError)
      expect((await results.next()).done).toBe(true)
      await expect(
        pool()
          .map(() => {
            throw new RangeError('task')
          }, input())
          .next(),
      ).rejects.toThrow(new RangeError('task'))
    })

    test('a signal that is aborted already leaves the input alone', async () => {
      let pulled = 0
      const input = function* () {
        for (;;) yield pulled++
      }
      const results = pool().map(increment, input(), { signal: AbortSignal.abort('no') })
      await expect(results.next()).rejects.toMatchObject({ name: 'CancelledError', cause: 'no' })
      expect(pulled).toBe(0)
    })

    // CPython: test_map_close
    test('F21 leaving early cancels the rest, quickly, however much is queued', async () => {
      await pool().submit(increment, 1)
      const items = Array.from({ length: 50_000 }, (_, i) => i)
      const results = pool().map(increment, items)
      await results.next()
      const start = performance.now()
      await results.return()
      expect(performance.now() - start).toBeLessThan(1000)
    })

    // A hang, or an unhandled rejection that ended the program.
    test.for(['sync', 'async'] as const)('an %s input that answers nonsense fails the iteration', async kind => {
      const steps: readonly (readonly [RegExp, () => unknown])[] = [
        [/must return an object \{ done, value \}, got undefined/, () => undefined],
        [/got 5/, () => 5],
        [
          /^value$/,
          () => ({
            get value() {
              throw new RangeError('value')
            },
          }),
        ],
      ]
      for (const [message, second] of steps) {
        let asked = 0
        const next = () => (asked++ === 0 ? { done: false, value: 1 } : second())
        const input = {
          [kind === 'sync' ? Symbol.iterator : Symbol.asyncIterator]: () => ({
            next: kind === 'sync' ? next : async () => next(),
          }),
        }
        const results = pool().map(increment, input as unknown as Iterable<number>, { bufferSize: 1 })
        expect(await results.next()).toEqual({ done: false, value: 2 })
        await expect(results.next()).rejects.toThrow(message)
        expect(await results.next()).toEqual({ done: true, value: undefined })
      }
    })

    test('the error of a task is not replaced by what the input does when it is closed', async () => {
      const input = {
        [Symbol.iterator]: () => ({
          next: () => ({ done: false as const, value: 1 }),
          return: () => {
            throw new Error('closing')
          },
        }),
      }
      const results = pool().map(
        (): never => {
          throw new RangeError('task')
        },
        input as Iterable<number>,
        { bufferSize: 1 },
      )
      await expect(results.next()).rejects.toThrow('task')
    })

    test('gives nothing for nothing', async () => {
      expect(await collect(pool().map(increment, []))).toEqual([])
    })

    test.for([
      [{ chunkSize: 0 }, /chunkSize must be an integer >= 1, got 0/],
      [{ bufferSize: 1.5 }, /bufferSize must be an integer >= 1, got 1.5/],
      [{ chunksize: 2 }, /did you mean `chunkSize`/],
      [{ spread: 1 }, /spread must be true or false, got 1/],
    ] as const)('refuses %o', ([options, message]) => {
      expect(() => pool().map(increment, [1], options as MapOptions)).toThrow(message)
      expect(() => pool().mapUnordered(increment, [1], options as MapOptions)).toThrow(message)
    })

    test('refuses spread with several iterables, and what is neither an iterable nor options', () => {
      const map = pool().map.bind(pool()) as (...given: unknown[]) => unknown
      expect(() => map(increment, [1], [2], { spread: true })).toThrow(/map got 2 iterables and spread: true: give /)
      expect(() => map(increment, [1], 5)).toThrow(/map takes an options object, got 5/)
      expect(() => map(increment, [1], 5, [2])).toThrow(/map takes an iterable or async iterable of items, got 5/)
      expect(() => map(increment)).toThrow(/map takes an iterable or async iterable of items, got undefined/)
    })
  })

  describe('mapUnordered', () => {
    test('yields each result as it comes, with its position', async () => {
      const results = pool().mapUnordered(burn, [300, 1])
      const order: number[] = []
      for await (const { index } of results) order.push(index)
      expect(order.toSorted(ascending)).toEqual([0, 1])
      const many = Array.from({ length: 500 }, (_, i) => i)
      const all = await pool().mapUnordered(increment, many, { chunkSize: 7 }).toArray()
      expect(all.toSorted((a, b) => a.index - b.index)).toEqual(many.map(index => ({ index, value: index + 1 })))
    })

    test('a result does not wait for one before it', async () => {
      const own = subject.create({ maxWorkers: 2 })
      const endless = async (x: number): Promise<number> => {
        if (x === 0) await new Promise(() => setInterval(() => {}, 1000))
        return x
      }
      const results = own.mapUnordered(endless, [0, 1, 2, 3])
      const values: number[] = []
      for (let i = 0; i < 3; i++) values.push((await results.next()).value?.value ?? NaN)
      expect(values.toSorted(ascending)).toEqual([1, 2, 3])
      await own.terminate()
    })

    test('pulls no further than bufferSize ahead of the consumer', async () => {
      let pulled = 0
      const endless = function* () {
        for (;;) yield pulled++
      }
      const results = pool().mapUnordered(increment, endless(), { bufferSize: 4 })
      expect(pulled).toBe(4)
      const seen = new Set<number>()
      for (let i = 0; i < 20; i++) seen.add((await results.next()).value?.index ?? NaN)
      expect(seen.size).toBe(20)
      expect(pulled).toBe(24)
      await results.return()
    })

    test('the error of the input comes last', async () => {
      const input = function* () {
        yield* [1, 2, 3]
        throw new SyntaxError('input')
      }
      const results = pool().mapUnordered(increment, input())
      const seen = [await results.next(), await results.next(), await results.next()].map(({ value }) => value?.value)
      expect(seen.map(Number).toSorted(ascending)).toEqual([2, 3, 4])
      await expect(results.next()).rejects.toThrow(new SyntaxError('input'))
      expect((await results.next()).done).toBe(true)
    })

    test('several iterables, and spread', async () => {
      const values = async (results: AsyncIterable<{ readonly value: number }>): Promise<number[]> =>
        (await collect(results)).map(({ value }) => value).toSorted(ascending)
      expect(await values(pool().mapUnordered(powerOf, [2, 3], [5, 2, 1]))).toEqual([2, 4])
      expect(await values(pool().mapUnordered(powerOf, [[2, 5]], { spread: true }))).toEqual([4])
    })
  })
}

const powerOf = (x: number, y: number): number => x ** y % 7

const ascending = (a: number, b: number): number => a - b
