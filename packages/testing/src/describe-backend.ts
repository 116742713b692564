import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { existsSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CancelledError, TaskTimeoutError } from '@manyhands/base'
import type { BackendName, delayed, Parallel, parallelMap, ParallelOptions } from '@manyhands/parallel'
import type { TestRunner } from './test-runner.ts'

const squares = (count: number) => Array.from({ length: count }, (_, i) => i * i)
const numbers = (count: number) => Array.from({ length: count }, (_, i) => i)

/** Resolves with the next message of a channel. */
function once(channel: string): Promise<void> {
  return new Promise(resolve => {
    const heard = () => {
      unsubscribe(channel, heard)
      resolve()
    }
    subscribe(channel, heard)
  })
}

class OddError extends Error {
  override name = 'OddError'
  readonly detail: { readonly n: number }

  constructor(n: number, unused: { readonly must: { readonly be: string } }) {
    super(`odd: ${n} ${unused.must.be}`)
    this.detail = { n }
  }
}

/** A backend under test. Its tasks are functions that its package's test modules export. */
export interface BackendSubject {
  /** What the option `backend` is set to. */
  readonly name: BackendName
  readonly jobs: number
  /** Tasks that run at a time at most, for that many jobs. */
  readonly effectiveJobs: number
  /** Tasks run in the calling thread: arguments and results are not copied. */
  readonly runsHere: boolean
  /** Tasks see the memory of a SharedArrayBuffer. */
  readonly sharedMemory: boolean
  readonly parallel: {
    readonly Parallel: typeof Parallel
    readonly delayed: typeof delayed
    readonly parallelMap: typeof parallelMap
  }
  readonly add: (a: number, b: number) => number
  readonly square: (x: number) => number
  readonly squareLater: (x: number) => Promise<number>
  terminate(): Promise<void>
}

async function collect<T>(values: AsyncIterable<T>): Promise<T[]> {
  const collected: T[] = []
  for await (const value of values) collected.push(value)
  return collected
}

/** What every backend does alike, whatever it runs on. */
export function describeBackend({ afterAll, describe, expect, test }: TestRunner, subject: BackendSubject): void {
  const { name, jobs, effectiveJobs, runsHere, sharedMemory, add, square, squareLater } = subject
  const { Parallel, delayed, parallelMap } = subject.parallel
  const options = { backend: name, jobs } satisfies ParallelOptions
  const parallel = Parallel(options)

  describe(`${name} with ${jobs} jobs`, () => {
    afterAll(() => subject.terminate())

    test('J01 arrays, iterables, generators and async iterables of delayed calls give results in order', async () => {
      const tasks = numbers(50).map(i => delayed(square)(i))
      expect(await parallel(tasks)).toEqual(squares(50))
      expect(await parallel(new Set(tasks))).toEqual(squares(50))
      expect(
        await parallel(
          (function* () {
            for (let i = 0; i < 50; i++) yield delayed(square)(i)
          })(),
        ),
      ).toEqual(squares(50))
      expect(
        await parallel(
          (async function* () {
            for (let i = 0; i < 50; i++) yield delayed(squareLater)(i)
          })(),
        ),
      ).toEqual(squares(50))
    })

    test('a tuple of different functions gives a tuple', async () => {
      const [sum, text] = await parallel([delayed(add)(1, 2), delayed((s: string) => s.toUpperCase())('a')])
      expect([sum + 1, text.length]).toEqual([4, 1])
    })

    test('parallelMap gives item and index', async () => {
      expect(await parallelMap(['a', 'b', 'c'], (item, index) => `${item}${index}`, options)).toEqual([
        'a0',
        'b1',
        'c2',
      ])
      expect(await parallelMap(new Float64Array([1.5, 2.5]), x => x * 2, options)).toEqual([3, 5])
    })

    test('thousands of tiny tasks come back whole and in order', async () => {
      expect(await parallelMap(numbers(20_000), x => x * x, options)).toEqual(squares(20_000))
      expect(await parallel(numbers(5000).map(i => delayed(square)(i)))).toEqual(squares(5000))
    })

    test('J26 closures, also of many functions in turn', async () => {
      const scale = 3
      const helper = (x: number) => scale * x
      expect(await parallelMap([1, 2], x => helper(x) + 1, options)).toEqual([4, 7])
      const mixed = numbers(30).map(i =>
        i % 3 === 0 ? delayed(square)(i) : i % 3 === 1 ? delayed(helper)(i) : delayed(squareLater)(i),
      )
      expect(await parallel(mixed)).toEqual(numbers(30).map(i => (i % 3 === 1 ? 3 * i : i * i)))
    })

    test('a function made anew for each task', async () => {
      expect(await parallel(numbers(20).map(i => delayed(() => i + 1)()))).toEqual(numbers(20).map(i => i + 1))
    })

    test('values of all kinds', async () => {
      const values = [
        undefined,
        null,
        1n,
        'text',
        Number.NaN,
        -0,
        [1, [2]],
        { a: { b: 1 } },
        new Date(5),
        new Map([[1, 2]]),
        new Uint8Array([1, 2]),
      ]
      expect(await parallelMap(values, value => value, options)).toEqual(values)
    })

    test('streams, ordered and not', async () => {
      const tasks = numbers(40).map(i => delayed(squareLater)(i))
      expect(await collect(parallel.stream(tasks))).toEqual(squares(40))
      const unordered = await collect(parallel.stream(tasks, { ordered: false }))
      expect(unordered.toSorted((a, b) => a.index - b.index)).toEqual(
        squares(40).map((value, index) => ({ index, value })),
      )
    })

    test('an endless input, left early', async () => {
      let pulled = 0
      let closed = false
      function* endless() {
        try {
          for (;;) yield delayed(square)(pulled++)
        } finally {
          closed = true
        }
      }
      const seen: number[] = []
      for await (const value of parallel.stream(endless())) {
        seen.push(value)
        if (seen.length === 100) break
      }
      expect(seen).toEqual(squares(100))
      expect(closed).toBe(true)
    })

    test('empty input gives no results', async () => {
      expect(await parallel([])).toEqual([])
      expect(await parallelMap(new Set<number>(), x => x, options)).toEqual([])
    })

    test("a task's error is rethrown as itself, and the next call works", async () => {
      const fail = (n: number) => {
        if (n === 7) throw Object.assign(new RangeError(`no ${n}`, { cause: new Error('why') }), { code: 'E_SEVEN' })
        return n
      }
      await expect(parallelMap(numbers(20), fail, options)).rejects.toMatchObject({
        name: 'RangeError',
        message: 'no 7',
        code: 'E_SEVEN',
        cause: { message: 'why' },
      })
      await expect(parallelMap([1], fail, options)).resolves.toEqual([1])
    })

    test('J11 an error keeps its class, also one with an odd constructor', async () => {
      const fail = (n: number): number => {
        throw new OddError(n, { must: { be: 'given' } })
      }
      const error: unknown = await parallelMap([3], fail, options).catch((thrown: unknown) => thrown)
      expect(error).toBeInstanceOf(OddError)
      expect(error).toMatchObject({ name: 'OddError', message: 'odd: 3 given', detail: { n: 3 } })
    })

    test.each([undefined, null, 'text', 5])('throwing %j is a failure', async thrown => {
      const result = parallelMap(
        [1],
        () => {
          throw thrown
        },
        options,
      )
      expect(
        await result.then(
          () => 'fine',
          (error: unknown) => ({ error }),
        ),
      ).toEqual({ error: thrown })
    })

    test('an async task that rejects fails the call at once', async () => {
      const rejectLater = async (n: number) => {
        await new Promise(resolve => setTimeout(resolve, 5))
        if (n === 0) throw new Error('later')
        await new Promise(() => {}) // for ever
      }
      await expect(parallelMap([0, 1, 2, 3], rejectLater, options)).rejects.toThrow('later')
    })

    test('an abort ends async tasks that would go on for ever', async () => {
      const abort = new AbortController()
      const begun = once('manyhands:batch-begin')
      const result = parallelMap([1, 2, 3], () => new Promise<void>(() => {}), { ...options, signal: abort.signal })
      const rejected = expect(result).rejects.toMatchObject({ name: 'CancelledError', cause: 'enough' })
      await begun
      abort.abort('enough')
      await rejected
      await expect(result).rejects.toBeInstanceOf(CancelledError)
      expect(await parallelMap([2], square, options)).toEqual([4])
    })

    test('a task that takes longer than timeoutMs fails the call, faster ones pass', async () => {
      const wait = async (ms: number) => {
        await new Promise(resolve => setTimeout(resolve, ms))
        return ms
      }
      const limited = { ...options, timeoutMs: 2000 }
      expect(await parallelMap([1, 2, 3], wait, limited)).toEqual([1, 2, 3])
      const result = parallelMap([1, 60_000], wait, { ...options, timeoutMs: 200 })
      await expect(result).rejects.toBeInstanceOf(TaskTimeoutError)
      await expect(result).rejects.toMatchObject({
        timeoutMs: 200,
        message: 'task `wait` ran longer than timeoutMs = 200',
      })
    })

    test('progress counts what is done', async () => {
      const seen: number[] = []
      const renderer = { update: (state: { readonly done: number }) => void seen.push(state.done) }
      await parallelMap(numbers(30), squareLater, { ...options, progress: { renderer } })
      expect(seen[0]).toBe(0)
      expect(seen.at(-1)).toBe(30)
    })

    test('no more than jobs run at a time', async () => {
      const shared = new Int32Array(new SharedArrayBuffer(8))
      // A process cannot share the counter: there the number of workers says it.
      if (!sharedMemory) {
        const pids = await parallelMap(numbers(30), () => process.pid, options)
        expect(new Set(pids).size).toBeLessThanOrEqual(jobs)
        return
      }
      const work = async () => {
        const running = Atomics.add(shared, 0, 1) + 1
        for (let most = Atomics.load(shared, 1); running > most; most = Atomics.load(shared, 1)) {
          Atomics.compareExchange(shared, 1, most, running)
        }
        await new Promise(resolve => setTimeout(resolve, 2))
        Atomics.sub(shared, 0, 1)
      }
      await parallel(numbers(30).map(() => delayed(work)()))
      expect(shared[1]).toBeGreaterThan(0)
      expect(shared[1]).toBeLessThanOrEqual(effectiveJobs)
    })

    if (runsHere) {
      test('J07 arguments are not copied: a task may change what it is given', async () => {
        const list: number[] = []
        await parallel(numbers(5).map(i => delayed((to: number[], n: number) => void to.push(n))(list, i)))
        expect(list).toEqual([0, 1, 2, 3, 4])
      })

      test('timers of the program fire while synchronous tasks run', async () => {
        let fired = 0
        const timer = setInterval(() => fired++, 1)
        const busy = () => {
          for (const until = performance.now() + 2; performance.now() < until;);
        }
        await parallelMap(numbers(50), busy, options)
        clearInterval(timer)
        expect(fired).toBeGreaterThan(2)
      })

      test('J28 a synchronous task that took longer than timeoutMs fails when it returns', async () => {
        const busy = () => {
          for (const until = performance.now() + 20; performance.now() < until;);
        }
        await expect(parallelMap([1], busy, { ...options, timeoutMs: 5 })).rejects.toBeInstanceOf(TaskTimeoutError)
      })
    } else {
      test('what a function captures is read once, when the call begins', async () => {
        const box = { value: 1 }
        function* input() {
          for (let i = 0; i < 50; i++) {
            box.value = 100 + i
            yield i
          }
        }
        const read = () => box.value
        const seen = new Set(await parallelMap(input(), read, options))
        expect(seen.size).toBe(1)
      })

      test('J09 what cannot travel is refused by name', async () => {
        const socket = new Socket()
        const refused = parallelMap([1], () => socket.destroyed, options)
        await expect(refused).rejects.toMatchObject({ name: 'SerializationError' })
        await expect(refused).rejects.toThrow('socket')
        await expect(parallelMap([new WeakRef({})], x => typeof x, options)).rejects.toMatchObject({
          name: 'SerializationError',
        })
        expect(await parallelMap([3], square, options)).toEqual([9])
      })

      test('the exit of a worker fails the call', async () => {
        const exit = () => process.exit(3)
        await expect(parallel([delayed(exit)()])).rejects.toMatchObject({ name: 'WorkerExitedError', exitCode: 3 })
        expect(await parallelMap([3], square, options)).toEqual([9])
      })

      test('after the exit of its worker a task is tried again with retries', async () => {
        const folder = await mkdtemp(join(tmpdir(), 'manyhands-exit-'))
        const exitOnce = (mark: string) => {
          if (existsSync(mark)) return 'second'
          writeFileSync(mark, '')
          return process.exit(0)
        }
        try {
          expect(await Parallel({ ...options, retries: 1 })([delayed(exitOnce)(join(folder, 'ran'))])).toEqual([
            'second',
          ])
        } finally {
          await rm(folder, { recursive: true })
        }
      })
    }
  })
}
