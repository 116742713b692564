import { Region } from '@manyhands/core'
import { afterEach, describe, expect, test } from 'vitest'
import { type ExecutorOptions, ProcessPoolExecutor, ThreadPoolExecutor, type WorkerExecutor } from '../src/index.ts'
import { makeCheap } from './support/make-cheap.ts'
import { increment } from './tasks/work.ts'

// What becomes of a message when the first of its tasks turns out to be one that cannot travel.

const kinds = {
  threads: (options: ExecutorOptions) => new ThreadPoolExecutor(options),
  processes: (options: ExecutorOptions) => new ProcessPoolExecutor(options),
} as const
const unsendable = Promise.resolve() as unknown as number

const open: WorkerExecutor[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map(pool => pool.terminate()))
})

describe.for(['threads', 'processes'] as const)('%s', kind => {
  const create = (options: ExecutorOptions = {}): WorkerExecutor => {
    const pool = kinds[kind]({ maxWorkers: 1, ...options })
    open.push(pool)
    return pool
  }

  test('a time limit counts also behind a task that cannot travel', async () => {
    const pool = create()
    const bad = pool.submit(increment, unsendable)
    const endless = pool.with({ timeoutMs: 20 }).submit(() => {
      for (;;);
    })
    expect(await Promise.all([bad.exception(), endless.exception()])).toMatchObject([
      { name: 'SerializationError' },
      { name: 'TaskTimeoutError' },
    ])
  })

  test.each([1, 4])(
    'a task that can be ended waits for a worker of its own also behind one that cannot travel (concurrency: %i)',
    async concurrency => {
      const pool = create({ concurrency })
      await makeCheap(pool)
      const region = Region.create(4, { across: 'processes' })
      const words = new Int32Array(region.buffer)
      const stays = pool.prepare(() => {
        while (Atomics.load(new Int32Array(region.buffer), 0) === 0);
      })
      Atomics.store(words, 0, 1)
      await makeCheap(pool, stays)
      Atomics.store(words, 0, 0)
      const busy = pool.submit(stays)
      await Promise.resolve()
      const bad = pool.submit(increment, unsendable)
      const limited = pool.with({ timeoutMs: 60_000 }).submit(increment, 1)
      const behind = pool.submit(increment, 2)
      await bad.exception()
      expect([busy, limited, behind].map(future => future.state)).toEqual(['running', 'pending', 'pending'])
      Atomics.store(words, 0, 1)
      expect(await Promise.all([limited, behind])).toEqual([2, 3])
    },
  )

  test('a batch that is aborted when its first task cannot travel is not sent', async () => {
    const pool = create()
    const count = Region.create(4, { across: 'processes' })
    const task = (): void => void Atomics.add(new Int32Array(count.buffer), 0, 1)
    await new Promise<void>(resolve => {
      const handle = pool.submitBatch(
        { fn: task, items: [unsendable, 1, 2], firstIndex: 0 },
        {
          onValue: () => {},
          onError: index => index === 0 && handle.abort(new Error('enough'), 0),
          onDone: () => resolve(),
        },
      )
    })
    await pool.submit(increment, 1)
    expect(new Int32Array(count.buffer)[0]).toBe(0)
  })

  test('a batch that fails because of its first task may abort the worker that it was to go to', async () => {
    const pool = create()
    await makeCheap(pool)
    const stays = pool.prepare((forEver = false) => {
      while (forEver);
    })
    await makeCheap(pool, stays)
    const sink = { onValue: () => {}, onError: () => {}, onDone: () => {} }
    const running = pool.submitBatch({ fn: stays, items: [true], firstIndex: 0 }, sink)
    await Promise.resolve()
    const outcomes: unknown[] = []
    await new Promise<void>(resolve => {
      pool.submitBatch(
        { fn: increment, items: [unsendable, 1], firstIndex: 0 },
        {
          onValue: (_, value) => outcomes.push(value),
          onError: (_, error) => {
            running.abort(new Error('enough'), 0)
            outcomes.push((error as Error).name)
          },
          onDone: () => resolve(),
        },
      )
    })
    expect(outcomes).toEqual(['SerializationError', 2])
  })
})
