import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import {
  Barrier,
  InvalidStateError,
  SerializationError,
  ShutdownError,
  taskInfoOf,
  WaitTimeoutError,
} from '@manyhands/core'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { currentWorker, Pool, type PoolOptions } from '../../src/index.ts'
import { burn, increment } from '../tasks/work.ts'

setFlagsFromString('--expose-gc')
const gc = runInNewContext('gc') as () => void

/** What CPython's `_TestPool` says, for one kind of worker. */
export function describePool(kind: NonNullable<PoolOptions['kind']>): void {
  describe(`Pool of ${kind}`, () => {
    const create = (options: PoolOptions = {}): Pool => new Pool({ kind, maxWorkers: 2, ...options })
    let pool: Pool
    beforeEach(() => {
      pool = create()
    })
    afterEach(() => pool.terminate())

    const square = (x: number): number => x ** 2
    const multiply = (x: number, y: number): number => x * y
    const items = Array.from({ length: 100 }, (_, i) => i)
    const squares = items.map(square)
    const failsAt = (at: number) =>
      function* (): Generator<number> {
        for (let i = 0; i < 10; i++) {
          if (i === at) throw new SyntaxError('input')
          yield i
        }
      }

    // CPython: test_apply. Named arguments are a last one that is an object
    test('L01 apply gives what the function returns', async () => {
      expect(await pool.apply(square, [5])).toBe(25)
      expect(await pool.apply(() => 7)).toBe(7)
      const named = (x: number, { y }: { readonly y: number }): number => x - y
      expect(await pool.applyAsync(named, [5, { y: 2 }]).get()).toBe(3)
    })

    // CPython: test_map
    test.for([undefined, 1, 7, 1000])('L02 map keeps the order, with chunkSize %s', async chunkSize => {
      expect(await pool.map(square, items, chunkSize)).toEqual(squares)
      expect(await pool.map(square, new Set(items), { chunkSize })).toEqual(squares)
    })

    // CPython: test_starmap, test_starmap_async
    test.for([undefined, 3])(
      'L03 starmap makes arguments of what an item holds, with chunkSize %s',
      async chunkSize => {
        const pairs = items.map(i => [i, i + 1] as const)
        const products = items.map(i => i * (i + 1))
        expect(await pool.starmap(multiply, pairs, chunkSize)).toEqual(products)
        expect(await pool.starmapAsync(multiply, pairs, { chunkSize }).get()).toEqual(products)
        await expect(pool.starmap(multiply, [[1, 2], 3 as never])).rejects.toThrow(
          'starmap with spread: item 1 must be an array of arguments, got 3',
        )
      },
    )

    // CPython: test_map_async_callbacks
    test('L04 exactly one of the callbacks of mapAsync is called', async () => {
      const calls: unknown[] = []
      const callbacks = { callback: (all: number[]) => calls.push(all), errorCallback: (e: unknown) => calls.push(e) }
      await pool.mapAsync(square, [1, 2], callbacks)
      await new Promise(setImmediate)
      expect(calls).toEqual([[1, 4]])
      const fails = (): never => {
        throw new RangeError('no')
      }
      await expect(pool.mapAsync(fails, [1], callbacks).get()).rejects.toThrow('no')
      await new Promise(setImmediate)
      expect(calls).toEqual([[1, 4], new RangeError('no')])
    })

    // CPython: test_map_unplicklable
    test('L05 an item that cannot travel fails the map', async () => {
      await expect(pool.map((x: unknown) => x, [1, new WeakRef({})])).rejects.toBeInstanceOf(SerializationError)
      expect(await pool.map(square, [2])).toEqual([4])
    })

    // CPython: test_map_chunksize
    test('L06 a map of nothing is done at once', async () => {
      expect(await pool.mapAsync(square, [], { chunkSize: 1 }).get({ timeoutMs: 10_000 })).toEqual([])
    })

    // CPython: test_map_handle_iterable_exception
    test('L07 an input that throws fails the map, again and again', async () => {
      const sized = { length: 3, [Symbol.iterator]: failsAt(1) }
      for (const input of [failsAt(0)(), failsAt(5)(), sized, sized]) {
        await expect(pool.map(square, input)).rejects.toThrow(new SyntaxError('input'))
      }
    })

    // CPython: test_async_timeout
    test('L08 get throws WaitTimeoutError when time is over', async () => {
      const result = pool.applyAsync(burn, [20_000])
      await expect(result.get({ timeoutMs: 50 })).rejects.toBeInstanceOf(WaitTimeoutError)
      expect(await result.wait({ timeoutMs: 1 })).toBe(false)
      expect(() => result.successful()).toThrow(InvalidStateError)
      const done = pool.applyAsync(square, [3])
      expect(await done.wait()).toBe(true)
      expect([done.ready(), done.successful()]).toEqual([true, true])
    })

    // CPython: test_imap
    test.for([undefined, 10])('L09 imap yields in order, with chunkSize %s', async chunkSize => {
      const results = pool.imap(square, items, chunkSize)
      for (const expected of squares) expect(await results.next()).toEqual({ done: false, value: expected })
      expect((await results.next()).done).toBe(true)
    })

    // CPython: test_imap_unordered
    test.for([undefined, 10])('L10 imapUnordered yields each once, with chunkSize %s', async chunkSize => {
      const all = await pool.imapUnordered(square, items, { chunkSize }).toArray()
      expect(all.toSorted((a, b) => a - b)).toEqual(squares)
    })

    // CPython: test_imap_unordered_handle_iterable_exception
    test('L11 imapUnordered over an input that throws repeats no value', async () => {
      const seen: number[] = []
      const take = async (): Promise<void> => {
        for await (const value of pool.imapUnordered(square, failsAt(6)())) seen.push(value)
      }
      await expect(take()).rejects.toThrow(new SyntaxError('input'))
      expect(seen.toSorted((a, b) => a - b)).toEqual(squares.slice(0, 6))
    })

    // CPython: test_make_pool
    test('L12 a Pool has as many workers as it was asked for, and at least one', async () => {
      for (const maxWorkers of [0, -1]) {
        const message = `maxWorkers must be an integer >= 1, got ${maxWorkers}`
        expect(() => create({ maxWorkers })).toThrow(new RangeError(message))
        expect(() => new Pool(maxWorkers)).toThrow(new RangeError(message))
      }
      const three = create({ maxWorkers: 3 })
      const together = new Barrier(3, { across: 'processes' })
      const meet = async (barrier: Barrier): Promise<number | undefined> => {
        await barrier.wait()
        return currentWorker()?.id
      }
      const ids = await Promise.all(Array.from({ length: 9 }, () => three.apply(meet, [together])))
      expect(new Set(ids).size).toBe(3)
      await three.terminate()
    })

    // CPython: test_terminate
    test('L13 terminate does not wait for what is queued', async () => {
      const result = pool.mapAsync(
        burn,
        Array.from({ length: 10_000 }, () => 100),
        1,
      )
      const start = performance.now()
      await pool.terminate()
      await pool.join()
      expect(performance.now() - start).toBeLessThan(20_000)
      await expect(result.get()).rejects.toBeInstanceOf(ShutdownError)
    })

    // CPython: test_empty_iterable
    test('L14 nothing gives nothing, and holds up neither close nor join', async () => {
      expect(await pool.map(square, [])).toEqual([])
      expect(await pool.imap(square, []).toArray()).toEqual([])
      expect(await pool.imapUnordered(square, []).toArray()).toEqual([])
      expect(await pool.mapAsync(square, []).get()).toEqual([])
      pool.close()
      await pool.join()
    })

    // CPython: test_context
    test('L15 the end of a scope stops the pool', async () => {
      let left: Pool | undefined
      {
        await using own = create()
        left = own
        expect(await own.map(square, [1, 2, 3])).toEqual([1, 4, 9])
      }
      expect(() => left.mapAsync(square, [1])).toThrow(ShutdownError)
    })

    // CPython: test_traceback, test_wrapped_exception
    test('L17, L19 an error of a task is itself, and knows its stack in the worker', async () => {
      const fails = (x: number): never => {
        throw Object.assign(new RangeError(`bad ${x}`), { code: 'E_BAD' })
      }
      const error: unknown = await pool.apply(fails, [7]).exception()
      expect(error).toBeInstanceOf(RangeError)
      expect(error).toMatchObject({ message: 'bad 7', code: 'E_BAD' })
      expect((error as Error).cause).toBeUndefined()
      expect(taskInfoOf(error)?.remoteStack).toContain('describe-pool.ts')
    })

    // CPython: test_traceback, the second half
    test('L18 an error of the input does not come from a worker', async () => {
      const error: unknown = await pool.map(square, failsAt(1)()).exception()
      expect(error).toEqual(new SyntaxError('input'))
      expect(taskInfoOf(error)).toBeUndefined()
    })

    // CPython: test_resource_warning
    test('L21 a pool that is dropped is told of, and its workers end', async () => {
      let warned: (Error & { readonly code?: string }) | undefined
      const listen = (warning: Error): void => void (warned = warning)
      process.on('warning', listen)
      await (async () => {
        expect(await create().map(square, [1, 2])).toEqual([1, 4])
      })()
      await collected(() => warned?.code === 'MANYHANDS_UNCLOSED_POOL')
      process.off('warning', listen)
      expect(warned?.message).toContain('a Pool of 2 workers was dropped and never closed')
    })

    // CPython: test_async_error_callback
    test('L22 the errorCallback of applyAsync gets the error', async () => {
      const errors: unknown[] = []
      const fails = (): never => {
        throw new RangeError('no')
      }
      const result = pool.applyAsync(fails, [], { errorCallback: error => errors.push(error) })
      expect(await result.wait()).toBe(true)
      await new Promise(setImmediate)
      expect(errors).toEqual([new RangeError('no')])
      expect(result.successful()).toBe(false)
    })

    // CPython: TestInitializers.test_pool_initializer
    test('L26 the initializer runs once in each worker, before its tasks', async () => {
      const own = create({
        initializer: (value: number) => {
          const holder = globalThis as { pooled?: number[] }
          ;(holder.pooled ??= []).push(value)
        },
        initializerArgs: [7],
      })
      const seen = await own.map(() => (globalThis as { pooled?: number[] }).pooled, items)
      expect(seen).toEqual(items.map(() => [7]))
      await own.terminate()
      expect(() => create({ initializer: 1 as never })).toThrow('initializer must be a function, got 1')
    })

    test('a task whose worker exits is not lost, and the pool goes on', async () => {
      const results = pool.mapAsync((x: number) => (x === 3 ? process.exit(7) : x), [1, 2, 3, 4], 1)
      await expect(results.get()).rejects.toMatchObject({ name: 'WorkerExitedError', exitCode: 7 })
      expect(await pool.map(increment, [1, 2])).toEqual([2, 3])
    })

    test('close lets maps finish that still pull their input', async () => {
      const gate = Promise.withResolvers<void>()
      const input = async function* (): AsyncGenerator<number> {
        yield 1
        await gate.promise
        yield 2
      }
      const results = pool.imap(square, input())
      const buffered = pool.imap(square, items, { bufferSize: 3 })
      pool.close()
      expect(() => pool.map(square, [1])).toThrow('the pool was closed: it accepts no more tasks')
      const joined = pool.join()
      gate.resolve()
      expect(await results.toArray()).toEqual([1, 4])
      expect(await buffered.toArray()).toEqual(squares)
      await joined
    })

    test('terminate and join do not wait for maps that still pull their input', async () => {
      const results = pool.imap(
        square,
        (async function* () {
          yield 1
          await new Promise(() => {})
        })(),
      )
      expect(await results.next()).toEqual({ done: false, value: 1 })
      pool.close()
      await pool.terminate()
      await pool.join()
    })

    test('join before close is an error', async () => {
      await expect(pool.join()).rejects.toThrow(
        new InvalidStateError('the pool is still running: call close() or terminate() before join()'),
      )
    })
  })
}

/** Resolves when what is to happen after a garbage collection has happened. */
async function collected(happened: () => boolean): Promise<void> {
  while (!happened()) {
    await new Promise(setImmediate) // what was looked at is kept until then
    gc()
  }
}
