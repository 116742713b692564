import { Region } from '@manyhands/core'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import {
  type Batch,
  type BatchHandle,
  type ExecutorOptions,
  ProcessPoolExecutor,
  taskContext,
  ThreadPoolExecutor,
  type WorkerExecutor,
} from '../src/index.ts'
import { makeCheap } from './support/make-cheap.ts'
import { increment, numberOrNever } from './tasks/work.ts'

// An aborted batch, and what else is on its worker.

const kinds = {
  threads: (options: ExecutorOptions) => new ThreadPoolExecutor(options),
  processes: (options: ExecutorOptions) => new ProcessPoolExecutor(options),
} as const

interface Aborted {
  readonly outcomes: unknown[]
  readonly handle: BatchHandle
}

function submit(pool: WorkerExecutor, batch: Batch): Aborted {
  const outcomes: unknown[] = []
  const handle = pool.submitBatch(batch, {
    onValue: (_, value) => outcomes.push(value),
    onError: (_, error) => outcomes.push((error as Error).message),
    onDone: () => outcomes.push('done'),
  })
  return { outcomes, handle }
}

describe.for(['threads', 'processes'] as const)('%s', kind => {
  const open: WorkerExecutor[] = []
  const create = (options: ExecutorOptions = {}): WorkerExecutor => {
    const pool = kinds[kind]({ maxWorkers: 1, ...options })
    open.push(pool)
    return pool
  }
  let region: Region
  let words: Int32Array
  beforeEach(() => {
    region = Region.create(16, { across: 'processes' })
    words = new Int32Array(region.buffer)
  })
  afterEach(async () => {
    await Promise.all(open.splice(0).map(pool => pool.terminate()))
  })

  /** A task that sets the word at `index`, waits for the one behind it, and returns the index. */
  const waits = () => async (index: number) => {
    const seen = new Int32Array(region.buffer)
    Atomics.store(seen, index, 1)
    while (Atomics.load(seen, index + 1) === 0) await new Promise(resolve => setTimeout(resolve, 1))
    return index
  }
  /** The same, but it keeps its thread. */
  const spins = () => (index: number) => {
    const seen = new Int32Array(region.buffer)
    Atomics.store(seen, index, 1)
    while (Atomics.load(seen, index + 1) === 0);
    return index
  }
  const begun = async (index: number): Promise<void> => {
    while (Atomics.load(words, index) === 0) await new Promise(setImmediate)
  }
  const mark = (): number => (((globalThis as { mark?: number }).mark ??= 0), ++(globalThis as { mark?: number }).mark!)

  test(
    'one of several async tasks is aborted: the others and their worker live on, and what it still answers ' +
      'is dropped',
    async () => {
      const pool = create({ concurrency: 4 })
      await pool.submit(mark)
      const aborted = submit(pool, { fn: waits(), items: [2], firstIndex: 0 })
      const neighbour = pool.submit(waits(), 0)
      await Promise.all([begun(0), begun(2)])
      aborted.handle.abort(new Error('enough'), 0)
      expect(aborted.outcomes).toEqual(['enough', 'done'])
      expect(await pool.submit(mark)).toBe(2)
      Atomics.store(words, 3, 1)
      expect(await pool.submit(mark)).toBe(3)
      Atomics.store(words, 1, 1)
      expect(await neighbour).toBe(0)
      expect(await pool.submit(mark)).toBe(4)
      expect(aborted.outcomes).toEqual(['enough', 'done'])
    },
  )

  test('an aborted async task that never ends costs its worker its life once the others are done', async () => {
    const pool = create({ concurrency: 4 })
    await pool.submit(mark)
    const aborted = submit(pool, { fn: numberOrNever, items: ['never'], firstIndex: 0 })
    const neighbour = pool.submit(waits(), 0)
    await begun(0)
    aborted.handle.abort(new Error('enough'), 0)
    Atomics.store(words, 1, 1)
    expect(await neighbour).toBe(0)
    await pool.shutdown()
  })

  test('nothing is sent to a worker that may be stuck in an aborted task', async () => {
    const pool = create({ maxWorkers: 2, concurrency: 4 })
    const aborted = submit(pool, { fn: spins(), items: [0], firstIndex: 0 })
    await begun(0)
    const neighbour = pool.submit(waits(), 2)
    await begun(2)
    aborted.handle.abort(new Error('enough'), 60_000)
    expect(await pool.submit(increment, 1)).toBe(2)
    Atomics.store(words, 3, 1)
    expect(await neighbour).toBe(2)
  })

  test.each(['loop', 'wait'] as const)(
    'what was sent ahead behind an aborted %s comes back and runs elsewhere',
    async how => {
      const pool = create()
      await makeCheap(pool)
      const stays = pool.prepare<[number], unknown>(how === 'loop' ? spins() : waits())
      Atomics.store(words, 1, 1)
      await makeCheap(pool, stays, 0)
      words.fill(0)
      const aborted = submit(pool, { fn: stays, items: [0], firstIndex: 0 })
      await begun(0)
      const ahead = [1, 2, 3].map(n => pool.submit(increment, n))
      await Promise.resolve()
      expect(ahead[0]?.state).toBe('running')
      aborted.handle.abort(new Error('enough'), 0)
      expect(await Promise.all(ahead)).toEqual([2, 3, 4])
    },
  )

  test('a task that begins after an aborted one is not ended with it, before main has the answer', async () => {
    const pool = create()
    const spin = pool.prepare(spins())
    Atomics.store(words, 1, 1)
    // Known to be cheap, also where the first call was held up: so the next one may be sent ahead.
    for (let i = 0; i < 20; i++) await pool.submit(spin, 0)
    words.fill(0)
    const aborted = submit(pool, { fn: spin, items: [0], firstIndex: 0 })
    await begun(0)
    const next = pool.submit(spin, 2)
    await Promise.resolve()
    expect(next.state).toBe('running')
    Atomics.store(words, 1, 1)
    while (Atomics.load(words, 2) === 0);
    aborted.handle.abort(new Error('enough'), 0)
    // For as long as an answer takes that is there already.
    await new Promise(resolve => setTimeout(() => setImmediate(() => setImmediate(resolve)), 1))
    Atomics.store(words, 3, 1)
    expect(await next).toBe(2)
  })

  test('of two aborted batches of a worker the one that runs sees it, and its worker lives on', async () => {
    const pool = create()
    await pool.submit(increment, 1)
    await pool.submit(mark)
    const polls = (): void => {
      const context = taskContext()
      Atomics.store(new Int32Array(region.buffer), 0, 1)
      while (!context.aborted);
    }
    // Of several tasks: then a process shares the words that a loop polls.
    const running = submit(pool, { fn: polls, items: [0, 1], firstIndex: 0 })
    await begun(0)
    const waiting = submit(pool, { fn: increment, items: [1], firstIndex: 0 })
    await Promise.resolve()
    for (const { handle } of [running, waiting]) handle.abort(new Error('enough'), 5000)
    expect(running.outcomes).toEqual(['enough', 'enough', 'done'])
    expect(await pool.submit(mark)).toBe(2)
  })
})
