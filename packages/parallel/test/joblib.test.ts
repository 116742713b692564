import { once } from 'node:events'
import { threadId, Worker } from 'node:worker_threads'
import { TaskTimeoutError } from '@manyhands/core'
import { ProcessPoolExecutor, ThreadPoolExecutor } from '@manyhands/pool'
import { describe, expect, test } from 'vitest'
import { delayed, executorBackend, Parallel, parallelConfig, parallelMap, type PreDispatch } from '../src/index.ts'
import { collect } from './support/collect.ts'
import { add, square } from './tasks/arithmetic.ts'

// Cases of joblib's own suite (joblib/test/test_parallel.py, test_config.py) that apply here and are not in the tests
// of a part. Each names its origin.

const numbers = (count: number) => Array.from({ length: count }, (_, i) => i)
const wait = async (ms: number) => {
  await new Promise(resolve => setTimeout(resolve, ms))
  return ms
}

// joblib: test_background_thread_parallelism
test('J03 may be called from a thread of your own', async () => {
  const code = `
    import { parentPort } from 'node:worker_threads'
    import { parallelMap } from '@manyhands/parallel'
    parentPort.postMessage(await parallelMap([1, 2, 3], x => x * x, { jobs: 2 }))
  `
  const source = code.replace('@manyhands/parallel', new URL('../src/index.ts', import.meta.url).href)
  const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(source)}`))
  expect((await once(worker, 'message'))[0]).toEqual([1, 4, 9])
  await worker.terminate()
})

// joblib: test_parallel_timeout_success, test_parallel_timeout_fail
test.each(['threads', 'async'] as const)('J10 a time limit holds in streams (%s)', async backend => {
  const parallel = Parallel({ backend, jobs: 2, timeoutMs: 1500 })
  const run = (waits: number[], ordered: boolean) =>
    collect<unknown>(
      parallel.stream(
        waits.map(ms => delayed(wait)(ms)),
        { ordered },
      ),
    )
  expect(await run([1, 1, 1], true)).toEqual([1, 1, 1])
  expect(await run([1, 1, 1], false)).toHaveLength(3)
  await expect(run([1, 60_000], true)).rejects.toBeInstanceOf(TaskTimeoutError)
  await expect(run([1, 60_000], false)).rejects.toBeInstanceOf(TaskTimeoutError)
})

// joblib: test_dispatch_race_condition
describe('J25 no task is lost or doubled, whatever the shape', () => {
  test.each<[tasks: number, jobs: number, preDispatch: PreDispatch, batchSize: number | 'auto']>([
    [0, 2, 'all', 'auto'],
    [0, 2, { perJob: 1 }, 'auto'],
    [0, 2, { perJob: 2 }, 'auto'],
    [0, 2, 2, 'auto'],
    [1, 2, 'all', 'auto'],
    [1, 2, { perJob: 1 }, 'auto'],
    [10, 2, 'all', 'auto'],
    [10, 2, { perJob: 1 }, 'auto'],
    [10, 2, 2, 3],
    [10, 3, 1, 1],
    [10, 1, { perJob: 3 }, 20],
  ])('%i tasks, %i jobs, preDispatch %j, batchSize %s', async (tasks, jobs, preDispatch, batchSize) => {
    const options = { backend: 'threads', jobs, preDispatch, batchSize } as const
    const expected = numbers(tasks).map(i => i * i)
    expect(await Parallel(options)(numbers(tasks).map(i => delayed(square)(i)))).toEqual(expected)
    expect(await collect(Parallel(options).stream(numbers(tasks).map(i => delayed(square)(i))))).toEqual(expected)
    expect(await parallelMap(numbers(tasks).values(), square, options)).toEqual(expected)
  })
})

// joblib: test_exception_dispatch. The input fails at once, while the first batches are sent, or behind results.
describe.each(['inline', 'async', 'threads', 'processes'] as const)('J13 an error of the input (%s)', backend => {
  const parallel = Parallel({ backend, jobs: 2, batchSize: 1 })
  const eager = Parallel({ backend, jobs: 2, preDispatch: 'all', onError: 'collect' })
  const error = new SyntaxError('from the input')
  function* failing(good: number) {
    for (let i = 0; i < good; i++) yield delayed(square)(i)
    throw error
  }
  async function* failingLater(good: number) {
    await Promise.resolve()
    yield* failing(good)
  }

  test.each([0, 1, 3, 20])('behind %i tasks ends the call as itself, and the instance stays usable', async good => {
    const all: Parallel<'throw' | 'collect'>[] = [parallel, eager]
    for (const run of all) {
      await expect(run(failing(good))).rejects.toBe(error)
      await expect(run(failingLater(good))).rejects.toBe(error)
      for (const ordered of [true, false]) {
        await expect(collect<unknown>(run.stream(failing(good), { ordered }))).rejects.toBe(error)
        await expect(collect<unknown>(run.stream(failingLater(good), { ordered }))).rejects.toBe(error)
      }
    }
    expect(await parallel([delayed(square)(3)])).toEqual([9])
  })

  test('that is no iterable, or has a broken iterator, is found at its begin', async () => {
    const broken = {
      [Symbol.iterator]: () => {
        throw error
      },
    }
    const begin = async (): Promise<unknown> => parallel(broken)
    await expect(begin()).rejects.toBe(error)
    expect(await parallel([delayed(square)(3)])).toEqual([9])
  })
})

// joblib: test_parallel_with_exhausted_iterator
test('J27 an iterator that is exhausted gives no results', async () => {
  const iterator = [delayed(square)(1)].values()
  iterator.next()
  expect(await Parallel({ jobs: 2 })(iterator)).toEqual([])
})

// joblib: test_parallel_unordered_generator_returns_fastest_first
test.each(['threads', 'async'] as const)(
  'J30 an unordered stream yields the fast results while a slow task runs (%s)',
  async backend => {
    const stream = Parallel({ backend, jobs: 2 }).stream(
      [60_000, ...numbers(9)].map(ms => delayed(wait)(ms)),
      { ordered: false },
    )
    const fast: number[] = []
    for await (const { index } of stream) {
      fast.push(index)
      if (fast.length === 9) break
    }
    expect(fast.toSorted((a, b) => a - b)).toEqual(numbers(9).map(i => i + 1))
  },
)

// joblib: test_abort_backend
test.each(['threads', 'processes'] as const)(
  'J31 an error does not wait for what is queued or runs (%s)',
  async backend => {
    const sleeper = async (ms: number) => {
      if (ms === 0) throw new TypeError('at once')
      await new Promise(resolve => setTimeout(resolve, ms))
    }
    const began = performance.now()
    await expect(
      parallelMap([0, ...Array.from({ length: 100 }, () => 10_000)], sleeper, { backend, jobs: 2 }),
    ).rejects.toThrow(new TypeError('at once'))
    expect(performance.now() - began).toBeLessThan(8000)
  },
)

// joblib: test_deadlock_with_generator
test('J32 a stream that is dropped with large results under way does not keep anything from going on', async () => {
  const large = (n: number) => new Uint8Array(1_000_000).fill(n)
  const parallel = Parallel({ jobs: 2, backend: 'processes' })
  const first = await parallel.stream(numbers(100).map(n => delayed(large)(n))).next()
  expect(first.value).toHaveLength(1_000_000)
  expect(await parallel([delayed(square)(3)])).toEqual([9])
})

// joblib: test_multiple_generator_call_separated
test.each(['inline', 'async', 'threads', 'processes'] as const)(
  'J33 two streams may run at a time (%s)',
  async backend => {
    const parallel = Parallel({ backend, jobs: 2 })
    const one = parallel.stream(numbers(10).map(i => delayed(square)(i)))
    const two = parallel.stream(numbers(10).map(i => delayed(add)(i, 100)))
    for (let i = 0; i < 10; i++) {
      expect((await one.next()).value).toBe(i * i)
      expect((await two.next()).value).toBe(i + 100)
    }
    expect([(await one.next()).done, (await two.next()).done]).toEqual([true, true])
  },
)

// joblib: test_globals_update_at_each_parallel_call
test.each(['threads', 'processes'] as const)(
  'J39 a variable that changed is seen by the next call (%s)',
  async backend => {
    let state = 'first'
    const read = () => state
    expect(await Parallel({ backend, jobs: 1 })([delayed(read)()])).toEqual(['first'])
    state = 'second'
    expect(await Parallel({ backend, jobs: 1 })([delayed(read)()])).toEqual(['second'])
  },
)

// joblib: test_loky_reuse_workers
test.each(['threads', 'processes'] as const)('J41 workers are used again by the next calls (%s)', async backend => {
  const who = () => [process.pid, process.getBuiltinModule('node:worker_threads').threadId].join()
  const seen = new Set<string>()
  for (let i = 0; i < 10; i++) for (const id of await parallelMap(numbers(10), who, { backend, jobs: 2 })) seen.add(id)
  expect(seen.size).toBeLessThanOrEqual(2)
  expect(seen).not.toContain([process.pid, threadId].join())
})

// joblib: test_parameterized_backend_context_manager, test_initializer
describe('an executor of your own as backend', () => {
  test.each([
    ['ThreadPoolExecutor', ThreadPoolExecutor],
    ['ProcessPoolExecutor', ProcessPoolExecutor],
  ] as const)('J19 %s: its initializer ran before the tasks', async (_, Executor) => {
    const executor = new Executor({
      maxWorkers: 2,
      initializer: (value: string) => void Object.assign(globalThis, { mark: value }),
      initializerArgs: ['initialised'],
    })
    const backend = executorBackend(executor)
    await parallelConfig({ backend }, async () => {
      const marks = await parallelMap(numbers(6), () => Reflect.get(globalThis, 'mark') as unknown, { jobs: 5 })
      expect(new Set(marks)).toEqual(new Set(['initialised']))
    })
    expect(backend.effectiveJobs(5)).toBe(2)
    await executor.shutdown()
    await expect(parallelMap([1], square, { backend })).rejects.toMatchObject({ name: 'ShutdownError' })
  })

  test.each([
    ['ThreadPoolExecutor', ThreadPoolExecutor],
    ['ProcessPoolExecutor', ProcessPoolExecutor],
  ] as const)(
    '%s with several tasks per worker: a call that fails does no harm to a task that is not its own',
    async (_, Executor) => {
      await using executor = new Executor({ maxWorkers: 1, concurrency: 4 })
      const failsOrNever = (i: number): Promise<never> =>
        new Promise((_resolve, reject) => setTimeout(reject, i === 1 ? 50 : 2 ** 30, new Error('own')))
      const call = Parallel({ backend: executorBackend(executor), batchSize: 1, preDispatch: 'all' })([
        delayed(failsOrNever)(0),
        delayed(failsOrNever)(1),
      ])
      // It takes longer than what is aborted has to end itself.
      const innocent = executor.submit(
        (ms: number) => new Promise<string>(resolve => setTimeout(resolve, ms, 'done')),
        500,
      )
      await expect(call).rejects.toThrow('own')
      expect(await innocent).toBe('done')
    },
  )

  test('what is no executor is refused', () => {
    expect(() => executorBackend({} as never)).toThrow(
      new TypeError('executorBackend takes a ThreadPoolExecutor or ProcessPoolExecutor, got an object'),
    )
  })
})
