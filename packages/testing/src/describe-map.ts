import { type MapOptions, WaitTimeoutError } from '@manyhands/base'
import type { WorkerExecutor } from '@manyhands/pool'
import type { ExecutorSubject } from './executor-subject.ts'
import type { TestRunner } from './test-runner.ts'

/** What `map` does on every executor. `pool` returns the one of the running test. */
export function describeMap(
  { describe, expect, test }: TestRunner,
  subject: ExecutorSubject,
  pool: () => WorkerExecutor,
): void {
  const { burn, increment } = subject
  describe('map', () => {
    const collect = async <T>(results: AsyncIterable<T>): Promise<T[]> => {
      const all: T[] = []
      for await (const result of results) all.push(result)
      return all
    }

    // CPython: test_map, test_map_chunksize
    test.for([undefined, 1, 3, 100])('yields in the order of the items with chunkSize %s', async chunkSize => {
      const items = Array.from({ length: 10 }, (_, i) => i)
      expect(await collect(pool().map(increment, items, { chunkSize }))).toEqual(items.map(i => i + 1))
    })

    // CPython: test_map_submits_without_iteration
    test('submits without being iterated', async () => {
      const seen: number[] = []
      const input = function* () {
        for (let i = 0; i < 3; i++) {
          seen.push(i)
          yield i
        }
      }
      const results = pool().map(increment, input())
      expect(seen).toEqual([0, 1, 2])
      await results.return?.()
    })

    // CPython: test_map_buffersize
    test('pulls no further than bufferSize ahead of the consumer, also from an endless input', async () => {
      let pulled = 0
      const endless = function* () {
        for (;;) yield pulled++
      }
      const results = pool().map(increment, endless(), { bufferSize: 4 })
      expect(pulled).toBe(4)
      expect(await results.next()).toEqual({ done: false, value: 1 })
      expect(pulled).toBe(5)
      await results.return?.()
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

    test('leaving early is quick, however much is queued', async () => {
      await pool().submit(increment, 1)
      const items = Array.from({ length: 50_000 }, (_, i) => i)
      const results = pool().map(increment, items)
      await results.next()
      const start = performance.now()
      await results.return?.()
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
    ] as const)('refuses %o', ([options, message]) => {
      expect(() => pool().map(increment, [1], options as MapOptions)).toThrow(message)
    })
  })
}
