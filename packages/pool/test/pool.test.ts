import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { type Future, ShutdownError } from '@manyhands/core'
import { describe, expect, test } from 'vitest'
import {
  cpuCount,
  currentWorker,
  exit,
  getContext,
  Pool,
  Process,
  ProcessPoolExecutor,
  ThreadPoolExecutor,
} from '../src/index.ts'
import { describePool } from './suite/describe-pool.ts'
import { exit as exitWith, increment } from './tasks/work.ts'

function run(name: string, ...args: string[]): Promise<{ readonly stdout: string; readonly stderr: string }> {
  const program = fileURLToPath(new URL(`./programs/${name}.ts`, import.meta.url))
  return promisify(execFile)(process.execPath, ['--conditions=@manyhands/source', program, ...args], {
    timeout: 60_000,
  })
}

const range = (length: number): number[] => Array.from({ length }, (_, i) => i)

describePool('processes')
describePool('threads')

test('a Pool has one process for each processor, unless it is told otherwise', async () => {
  await using pool = new Pool()
  await using four = new Pool(4)
  expect([pool.maxWorkers, four.maxWorkers]).toEqual([cpuCount(), 4])
  expect(await pool.apply(() => process.pid)).not.toBe(process.pid)
  await using threads = new Pool({ kind: 'threads', maxWorkers: 1 })
  expect(await threads.apply(() => process.pid)).toBe(process.pid)
})

// CPython: test_pool_worker_lifetime
test.for(['threads', 'processes'] as const)(
  'L23 maxTasksPerChild replaces workers, and no result is lost: %s',
  async kind => {
    await using pool = new Pool({ kind, maxWorkers: 3, maxTasksPerChild: 10 })
    const results = await pool.map((x: number) => [x * x, currentWorker()?.id ?? -1] as const, range(100))
    expect(results.map(([square]) => square)).toEqual(range(100).map(x => x * x))
    expect(new Set(results.map(([, id]) => id)).size).toBeGreaterThanOrEqual(10)
  },
)

// CPython: test_pool_maxtasksperchild_invalid
test('L24 maxTasksPerChild must be an integer >= 1', () => {
  for (const maxTasksPerChild of [0, -1, 0.5, '12' as never]) {
    expect(() => new Pool({ maxTasksPerChild })).toThrow('maxTasksPerChild must be')
  }
})

// CPython: test_pool_in_process
test('L27 a process may have a pool of its own', async () => {
  const child = new Process({
    target: async () => {
      const pool = new Pool(2)
      const all = await pool.map(increment, [1, 2, 3])
      await pool.terminate()
      exit(all.reduce((a, b) => a + b))
    },
  })
  await child.start()
  expect(await child.join()).toEqual({ exitCode: 9, signalCode: null })
})

// CPython: test_worker_finalization_via_atexit_handler_of_multiprocessing
test('L25 a pool that is left open does not hold up the end of the program', async () => {
  expect(await run('forgets-pool')).toEqual({ stdout: '2,3,4\n', stderr: '' })
})

// CPython: test_release_task_refs; test_no_stale_references, test_free_reference
test.for(['threads', 'processes'])('L20, F23 arguments and results are let go of: %s', async kind => {
  expect(await run('lets-go', kind)).toEqual({ stdout: 'let go\n', stderr: '' })
})

test('the Pool of a context has its start method', async () => {
  const { Pool: ForkServerPool } = getContext('forkserver')
  await using pool = new ForkServerPool(1)
  expect(pool).toBeInstanceOf(Pool)
  expect(await pool.apply(increment, [1])).toBe(2)
  expect(getContext().Pool).toBe(Pool)
})

test('mistakes are named', async () => {
  const make = Pool as unknown as new (options: unknown) => Pool
  expect(() => new make({ processes: 4 })).toThrow('Pool has no option `processes`; did you mean `maxWorkers`?')
  expect(() => new make('4')).toThrow('Pool takes an options object or a number of workers, got "4"')
  expect(() => new make({ kind: 'thread' })).toThrow("kind must be 'threads' or 'processes', got \"thread\"")
  await using pool = new Pool(1)
  const call = pool as unknown as Record<'apply' | 'applyAsync' | 'map' | 'mapAsync', (...args: unknown[]) => unknown>
  expect(() => call.apply(increment, 5)).toThrow('apply takes an array of arguments, got 5: write apply(fn, [value])')
  expect(() => call.applyAsync(increment, [5], { error_callback: () => {} })).toThrow('did you mean `errorCallback`?')
  expect(() => call.mapAsync(increment, [5], { callback: 5 })).toThrow('callback must be a function, got 5')
  expect(() => call.map(increment, [5], { chunksize: 1 })).toThrow('map has no option `chunksize`; did you mean')
  expect(() => call.map(increment, [5], 0)).toThrow('chunkSize must be an integer >= 1, got 0')
  expect(() => call.map(increment, 5)).toThrow('map takes an iterable or async iterable of items, got 5')
  expect(() => call.map(5, [5])).toThrow('fn must be a function, got 5')
  expect(String(await pool.apply((given: unknown) => given === null, [pool]).exception())).toContain(
    'a Pool stays with the thread that created it',
  )
})

describe.each([ThreadPoolExecutor, ProcessPoolExecutor])('%o', Executor => {
  // CPython: test_default_workers, which counts min(32, cpus + 4) threads: tasks of theirs wait most of the time
  test('F26 there are as many workers as processors by default', async () => {
    await using executor = new Executor()
    expect(executor.maxWorkers).toBe(cpuCount())
  })

  // CPython: test_context_manager_shutdown, test_del_shutdown
  test('F40 a scope waits for its tasks; an executor that nobody has finishes its map', async () => {
    let left: ThreadPoolExecutor | undefined
    let last: Future<number> | undefined
    {
      await using own = new Executor({ maxWorkers: 1 })
      last = own.submit(increment, 1)
      left = own
    }
    expect(last.state).toBe('finished')
    expect(() => left.submit(increment, 1)).toThrow(ShutdownError)
    setFlagsFromString('--expose-gc')
    const gc = runInNewContext('gc') as () => void
    const results = (() => new Executor({ maxWorkers: 1 }).map(increment, [1, 2, 3]))()
    gc()
    expect(await results.toArray()).toEqual([2, 3, 4])
  })

  // CPython: test_shutdown_deadlock
  test('F45 a worker that exits after shutdown was called fails its task, and ends the wait', async () => {
    const executor = new Executor({ maxWorkers: 1 })
    const future = executor.submit(exitWith, 7)
    await executor.shutdown()
    expect(await future.exception()).toMatchObject({ name: 'WorkerExitedError', exitCode: 7 })
  })

  // CPython: test_interpreter_shutdown; test_hang_gh83386
  test.for(['left open', 'shut down'])('F35, F39 a program that ends finishes what was submitted: %s', async how => {
    expect(await run('leaves-work', Executor.name, how)).toEqual({ stdout: 'apple\n', stderr: '' })
  })
})
