import { fileURLToPath } from 'node:url'
import { Barrier, BrokenPoolError, Region, SharedEvent, WorkerExitedError } from '@manyhands/core'
import { describe, expect, test } from 'vitest'
import { type ExecutorOptions, ProcessPoolExecutor, ThreadPoolExecutor } from '../src/index.ts'

const neverReady: ExecutorOptions = { maxWorkers: 2, initializer: () => new Promise(() => setInterval(() => {}, 1000)) }

describe.each([
  ['threads', ThreadPoolExecutor],
  ['processes', ProcessPoolExecutor],
] as const)('%s', (_, Executor) => {
  test('a task waits in the queue for the initializer: it can be cancelled', async () => {
    const pool = new Executor(neverReady)
    const future = pool.submit(() => 1)
    expect(future.state).toBe('pending')
    expect(future.cancel()).toBe(true)
    await pool.terminate()
  })

  test('shutdown that cancels does not wait for an initializer that never settles', async () => {
    const pool = new Executor(neverReady)
    const futures = [pool.submit(() => 1), pool.submit(() => 2)]
    await pool.shutdown({ cancelFutures: true })
    expect(futures.map(future => future.state)).toEqual(['cancelled', 'cancelled'])
  })

  test('as many workers are initialized at a time as tasks wait', async () => {
    const together = new Barrier(3, { across: 'processes' })
    const pool = new Executor({
      maxWorkers: 3,
      initializer: (barrier: Barrier) => barrier.wait(),
      initializerArgs: [together],
    })
    expect(await Promise.all([1, 2, 3].map(n => pool.submit(() => n)))).toEqual([1, 2, 3])
    await pool.shutdown()
  })

  test('a worker that is not ready within startTimeoutMs breaks a pool that has no other', async () => {
    const pool = new Executor({ ...neverReady, startTimeoutMs: 500 })
    const futures = [pool.with({ timeoutMs: 10 }).submit(() => 1), pool.submit(() => 2)]
    for (const future of futures) {
      expect(await future.exception()).toMatchObject({
        name: 'BrokenPoolError',
        message: expect.stringMatching(/not ready after 500 ms: its initializer has not .* \(raise startTimeoutMs\)/),
        cause: { name: 'WaitTimeoutError', timeoutMs: 500 },
      })
    }
    await pool.shutdown()
  })

  test('so does one that hangs before its initializer, or without one', async () => {
    const preload = fileURLToPath(new URL('./programs/hangs.cjs', import.meta.url))
    const pool = new Executor({ maxWorkers: 1, startTimeoutMs: 500, execArgv: ['--require', preload] })
    expect(await pool.submit(() => 1).exception()).toMatchObject({
      name: 'BrokenPoolError',
      message: expect.stringMatching(/not ready after 500 ms: it got no time or no threads .*`ulimit -u`/),
    })
    await pool.shutdown()
  })

  test("with onWorkerExit 'break' an idle worker that exits breaks the pool, and so does an initializer", async () => {
    const idle = new Executor({ maxWorkers: 1, onWorkerExit: 'break' })
    await idle.submit(() => void setTimeout(() => process.exit(3), 1))
    let error: unknown
    while (error === undefined) {
      await new Promise(resolve => setImmediate(resolve))
      try {
        idle.submit(() => {}).catch(() => {})
      } catch (thrown) {
        error = thrown
      }
    }
    expect(error).toBeInstanceOf(BrokenPoolError)
    await idle.shutdown()
    const starting = new Executor({
      maxWorkers: 1,
      onWorkerExit: 'break',
      initializer: () => {
        throw new RangeError('no licence')
      },
    })
    const failure = (await starting.submit(() => {}).exception()) as BrokenPoolError
    expect(failure).toBeInstanceOf(BrokenPoolError)
    expect(failure.message).toContain('a worker exited while it was starting')
    expect(failure.cause).toBeInstanceOf(WorkerExitedError)
    expect((failure.cause as Error).cause).toMatchObject({ name: 'RangeError', message: 'no licence' })
    await starting.shutdown()
  })
})

test('where others are ready, another takes the place of one that is not ready within startTimeoutMs', async () => {
  const region = Region.create(4, { across: 'processes' })
  const done = new SharedEvent({ across: 'processes' })
  const pool = new ThreadPoolExecutor({
    maxWorkers: 2,
    // The first one gets ready in this time, also on a busy machine.
    startTimeoutMs: 10_000,
    // The second one never gets ready.
    initializer: (shared: Region) => {
      const before = Atomics.add(new Int32Array(shared.buffer), 0, 1)
      return before === 1 ? new Promise(() => setInterval(() => {}, 1000)) : undefined
    },
    initializerArgs: [region],
  })
  const busy = pool.submit((event: SharedEvent) => event.wait(), done)
  expect(await pool.submit(() => 'third')).toBe('third')
  done.set()
  expect(await busy).toBe(true)
  expect(new Int32Array(region.buffer)[0]).toBe(3)
  await pool.shutdown()
})
