import { Future, isParallelError, SerializationError, ShutdownError, taskInfoOf, wait } from '@manyhands/base'
import type { ExecutorOptions, WorkerExecutor } from '@manyhands/pool'
import { describeAborts } from './describe-aborts.ts'
import { describeMap } from './describe-map.ts'
import type { ExecutorSubject } from './executor-subject.ts'
import type { TestRunner } from './test-runner.ts'

/** What every executor does, whatever its workers are. */
export function describeExecutor(runner: TestRunner, subject: ExecutorSubject): void {
  const { afterEach, beforeEach, describe, expect, test } = runner
  const { name, increment, burn, burnOn } = subject
  const create = (options?: ExecutorOptions): WorkerExecutor => subject.create(options)
  describe(name, () => {
    let pool: WorkerExecutor
    beforeEach(() => {
      pool = create({ maxWorkers: 2 })
    })
    afterEach(() => pool.terminate())

    describe('submit', () => {
      test('runs an exported function', async () => {
        expect(await pool.submit(increment, 41)).toBe(42)
      })

      test('runs a closure with what it captured', async () => {
        const scale = 3
        const helper = (x: number): number => x * scale
        expect(await pool.submit((x: number) => helper(x) + 1, 5)).toBe(16)
      })

      test('reads captured variables at the call', async () => {
        let n = 1
        const first = pool.submit(() => n)
        n = 2
        expect([await first, await pool.submit(() => n)]).toEqual([1, 2])
      })

      // CPython: test_submit_keyword, whose names are no matter of concern here
      test('F17 passes arguments in order, whatever they are', async () => {
        const args = [undefined, null, 0, -0, Number.NaN, 'text', true, 10n, { a: [1] }, new Map([[1, 2]])] as const
        const returned = await pool.submit((...values: unknown[]) => values, ...args)
        expect(returned).toEqual([...args])
        expect(Object.is(returned[3], -0)).toBe(true)
      })

      test('returns a future that is a promise and knows its state', async () => {
        const future = pool.submit(increment, 1)
        expect(future).toBeInstanceOf(Future)
        expect(future).toBeInstanceOf(Promise)
        expect(future.state).toBe('pending')
        await future
        expect(future.state).toBe('finished')
      })

      test('awaits async functions', async () => {
        expect(await pool.submit(async (x: number) => (await Promise.resolve(x)) + 1, 1)).toBe(2)
      })

      // CPython: test_gh105829_should_not_deadlock_if_wakeup_pipe_full
      test('F42 settles 20,000 tasks of one tick with the right results', async () => {
        const results = await Promise.all(Array.from({ length: 20_000 }, (_, i) => pool.submit(increment, i)))
        expect(results.every((value, i) => value === i + 1)).toBe(true)
      })

      test('gives each task its own copy of an object that several get', async () => {
        const shared = { count: 0 }
        const touch = (object: { count: number }): number => ++object.count
        await pool.submit(touch, { count: 0 })
        const counts = await Promise.all(Array.from({ length: 200 }, () => pool.submit(touch, shared)))
        expect(counts).toEqual(Array.from({ length: 200 }, () => 1))
      })

      test('lets the arguments of one call share an object, of whatever class', async () => {
        class Box {
          value = 1
        }
        const box = new Box()
        const callback = (): Box => box
        const same = (a: Box, b: { readonly box: Box }, c: () => Box): boolean[] => [a === b.box, c() === a]
        const calls = Array.from({ length: 5 }, () => pool.submit(same, box, { box }, callback))
        expect(await Promise.all(calls)).toEqual(Array.from({ length: 5 }, () => [true, true]))
      })

      test('keeps apart results that share an object in the worker', async () => {
        const cached = (): { list: number[] } => {
          const holder = globalThis as { cachedResult?: { list: number[] } }
          return (holder.cachedResult ??= { list: [1] })
        }
        await pool.submit(cached)
        const results = await Promise.all(Array.from({ length: 100 }, () => pool.submit(cached)))
        expect(new Set(results).size).toBe(100)
      })

      // CPython: test_traceback
      test('F28 rejects with the error of the task, as itself, and knows where it came from', async () => {
        const error: unknown = await pool
          .submit((n: number) => {
            throw Object.assign(new RangeError(`bad ${n}`), { code: 'E_BAD' })
          }, 7)
          .exception()
        expect(error).toBeInstanceOf(RangeError)
        expect(error).toMatchObject({ message: 'bad 7', code: 'E_BAD' })
        expect(isParallelError(error)).toBe(false)
        expect(taskInfoOf(error)?.worker.kind).toMatch(/thread|process/)
      })

      test.for([5, 'text', null, undefined])('rejects with a thrown %s', async (thrown: unknown) => {
        const future = pool.submit((value: unknown) => {
          throw value
        }, thrown)
        const outcome = await future.then(
          () => 'resolved',
          (error: unknown) => ({ error }),
        )
        expect(outcome).toEqual({ error: thrown })
      })

      // CPython: test_error_at_task_pickle
      test('F43 a value that cannot travel rejects its own task only', async () => {
        const outcomes = await Promise.allSettled([
          pool.submit((x: unknown) => x, 1),
          pool.submit((x: unknown) => x, Promise.resolve()),
          pool.submit((x: unknown) => x, new WeakRef({})),
          pool.submit((x: unknown) => x, 3),
        ])
        expect(outcomes.map(outcome => outcome.status)).toEqual(['fulfilled', 'rejected', 'rejected', 'fulfilled'])
        expect((outcomes[1] as PromiseRejectedResult).reason).toBeInstanceOf(SerializationError)
      })

      test('a result that cannot travel rejects its own task only', async () => {
        const outcomes = await Promise.allSettled(
          [1, 2, 3].map(n => pool.submit((x: number) => (x === 2 ? { deep: new WeakRef({}) } : x), n)),
        )
        expect(outcomes.map(outcome => outcome.status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
        expect((outcomes[1] as PromiseRejectedResult).reason).toBeInstanceOf(SerializationError)
      })

      test('a function that cannot travel is refused at the call, by name', () => {
        const secret = new WeakRef({})
        expect(() => pool.submit(() => secret)).toThrow(/secret/)
      })

      test('refuses what is no function', () => {
        expect(() => pool.submit('x' as never)).toThrow(/fn must be a function.*"x"/)
      })

      test('a prepared function keeps the values of its captures', async () => {
        let n = 1
        const prepared = pool.prepare((x: number) => x + n)
        n = 100
        expect(await Promise.all([1, 2, 3].map(x => pool.submit(prepared, x)))).toEqual([2, 3, 4])
      })

      test('the event loop of a worker turns while it has tasks', async () => {
        const ticks = await pool.submit(async () => {
          let count = 0
          await new Promise<void>(resolve => {
            const timer = setInterval(() => {
              if (++count < 5) return
              clearInterval(timer)
              resolve()
            }, 1)
          })
          return count
        })
        expect(ticks).toBe(5)
      })
    })

    describe('concurrency', () => {
      test('async tasks run one at a time by default, and as many as asked for', async () => {
        const most = async (concurrency: number): Promise<number> => {
          const own = create({ maxWorkers: 1, concurrency })
          const task = async (): Promise<number> => {
            const holder = globalThis as { running?: number }
            holder.running = (holder.running ?? 0) + 1
            const now = holder.running
            await new Promise(resolve => setTimeout(resolve, 20))
            holder.running--
            return now
          }
          const seen = await Promise.all(Array.from({ length: 8 }, () => own.submit(task)))
          await own.shutdown()
          return Math.max(...seen)
        }
        expect([await most(1), await most(4)]).toEqual([1, 4])
      })
    })

    describe('workers', () => {
      // CPython: test_saturation
      test('F24 are never more than maxWorkers, however much waits', async () => {
        const ids = await Promise.all(Array.from({ length: 30 }, () => pool.submit(burnOn, 2)))
        expect(new Set(ids).size).toBeLessThanOrEqual(2)
      })

      // CPython: test_idle_thread_reuse, test_idle_process_reuse_one, test_idle_process_reuse_multiple
      test('F25 are used again before others are started', async () => {
        const ids: unknown[] = []
        for (let i = 0; i < 10; i++) ids.push(await pool.submit(burnOn, 0))
        expect(new Set(ids).size).toBe(1)
      })
    })

    describe('batches', () => {
      test('one whose tasks turn out slow is split with an idle worker', async () => {
        // Their cost seems next to nothing, so ten share a message. All the slow ones are in the first.
        await Promise.all(Array.from({ length: 500 }, () => pool.submit(burnOn, 0)))
        const workers = await Promise.all(Array.from({ length: 40 }, (_, i) => pool.submit(burnOn, i < 10 ? 60 : 0)))
        expect(new Set(workers.slice(0, 10)).size).toBe(2)
      })
    })

    describeAborts(runner, subject, () => pool)

    describeMap(runner, subject, () => pool)

    describe('initializer', () => {
      // CPython: test_initializer
      test('F32 runs once in each worker, before its first task', async () => {
        const own = create({
          maxWorkers: 2,
          initializer: (value: number) => {
            const holder = globalThis as { initialized?: number[] }
            ;(holder.initialized ??= []).push(value)
          },
          initializerArgs: [7],
        })
        const seen = await Promise.all(
          Array.from({ length: 50 }, () => own.submit(() => (globalThis as { initialized?: number[] }).initialized)),
        )
        expect(seen).toEqual(Array.from({ length: 50 }, () => [7]))
        await own.shutdown()
      })

      // CPython: FailingInitializerMixin
      test('F33 one that throws breaks the pool after five starts; the cause is its error', async () => {
        const own = create({
          maxWorkers: 1,
          initializer: () => {
            throw new RangeError('no licence')
          },
        })
        const error = (await own.submit(increment, 1).exception()) as Error
        expect(error.name).toBe('BrokenPoolError')
        expect(error.message).toMatch(/5 workers in a row/)
        expect((error.cause as Error).cause).toBeInstanceOf(RangeError)
        expect(() => own.submit(increment, 1)).toThrow(/broken/)
        await own.shutdown()
      })

      test('may be async', async () => {
        const own = create({
          maxWorkers: 1,
          initializer: async () => {
            await new Promise(resolve => setTimeout(resolve, 20))
            ;(globalThis as { late?: boolean }).late = true
          },
        })
        expect(await own.submit(() => (globalThis as { late?: boolean }).late)).toBe(true)
        await own.shutdown()
      })
    })

    describe('shutdown', () => {
      // CPython: test_run_after_shutdown
      test('F34 takes no more tasks', async () => {
        await pool.shutdown()
        expect(() => pool.submit(increment, 1)).toThrow(ShutdownError)
      })

      // CPython: test_hang_issue12364
      test('F37 waits for what was submitted', async () => {
        const futures = Array.from({ length: 50 }, (_, i) => pool.submit(increment, i))
        await pool.shutdown()
        expect(futures.every(future => future.state === 'finished')).toBe(true)
      })

      // CPython: test_cancel_futures
      test('F38 cancels what was not yet handed to a worker when asked to', async () => {
        const futures = Array.from({ length: 20 }, () => pool.submit(burn, 20))
        await Promise.resolve()
        await pool.shutdown({ cancelFutures: true })
        const states = futures.map(future => future.state)
        expect(states.filter(state => state === 'cancelled').length).toBeGreaterThan(10)
        expect(states.filter(state => state === 'finished').length).toBeGreaterThan(0)
      })

      // CPython: test_shutdown_deadlock_pickle
      test('F44 does not wait for a task that could not be sent', async () => {
        const future = pool.submit((x: unknown) => x, new WeakRef({}))
        await pool.shutdown({ wait: false })
        expect(await future.exception()).toBeInstanceOf(SerializationError)
        await pool.shutdown()
      })

      test('can be called twice, and on a pool that did nothing', async () => {
        await Promise.all([pool.shutdown(), pool.shutdown()])
      })

      // CPython: test_force_shutdown_workers
      test('F31 terminate fails what is not done', async () => {
        const future = pool.submit(() => {
          for (;;);
        })
        const queued = pool.submit(increment, 1)
        await Promise.resolve()
        await pool.terminate()
        const { done } = await wait([future, queued])
        expect(done.size).toBe(2)
        expect(await future.exception()).toBeInstanceOf(ShutdownError)
      })
    })

    describe('bad options', () => {
      // CPython: test_max_workers_negative
      test.for([
        [{ maxWorkers: 0 }, RangeError, /maxWorkers must be an integer >= 1, got 0/],
        [{ maxWorkers: '2' }, TypeError, /maxWorkers must be an integer >= 1, got "2"/],
        [{ max_workers: 2 }, TypeError, /no option `max_workers`; did you mean `maxWorkers`/],
        [{ initializer: 5 }, TypeError, /initializer must be a function, got 5/],
        [{ onWorkerExit: 'ignore' }, TypeError, /onWorkerExit must be 'fail-task', 'break' or 'retry', got "ignore"/],
        [{ concurrency: -1 }, RangeError, /concurrency must be an integer >= 1, got -1/],
      ] as const)('F22 refuses %o', ([options, type, message]) => {
        expect(() => create(options as never)).toThrow(type)
        expect(() => create(options as never)).toThrow(message)
      })

      test.for([
        [{ timeoutMs: -5 }, /timeoutMs must be a number of milliseconds > 0, got -5/],
        [{ signal: 1 }, /signal must be an AbortSignal, got 1/],
        [{ timeout: 5 }, /did you mean `timeoutMs`/],
      ] as const)('with refuses %o', ([options, message]) => {
        expect(() => pool.with(options as never)).toThrow(message)
      })
    })
  })
}
