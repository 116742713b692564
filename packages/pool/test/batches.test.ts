import { Region } from '@manyhands/core'
import { afterEach, describe, expect, test } from 'vitest'
import {
  type Batch,
  type BatchHandle,
  type ExecutorOptions,
  ProcessPoolExecutor,
  ThreadPoolExecutor,
  type WorkerExecutor,
} from '../src/index.ts'
import { burn, countRunning, countRunningToo, Imported, increment, numberOrNever, wordIfAborted } from './tasks/work.ts'

const kinds = {
  threads: (options: ExecutorOptions) => new ThreadPoolExecutor(options),
  processes: (options: ExecutorOptions) => new ProcessPoolExecutor(options),
} as const

/** What a sink heard. */
interface Heard {
  readonly events: (readonly [what: 'value' | 'error', index: number, outcome: unknown])[]
  readonly handle: BatchHandle
  readonly done: Promise<void>
  /** Resolves with the event number `count`. */
  readonly until: (count: number) => Promise<void>
}

function submit(pool: WorkerExecutor, batch: Batch): Heard {
  const events: Heard['events'] = []
  const done = Promise.withResolvers<void>()
  let waiting: { readonly count: number; readonly resolve: () => void } | undefined
  const note = (what: 'value' | 'error', index: number, outcome: unknown): void => {
    events.push([what, index, outcome])
    if (waiting?.count === events.length) waiting.resolve()
  }
  const handle = pool.submitBatch(batch, {
    onValue: (index, value) => note('value', index, value),
    onError: (index, error) => note('error', index, error),
    onDone: () => done.resolve(),
  })
  const until = (count: number): Promise<void> => new Promise(resolve => (waiting = { count, resolve }))
  return { events, handle, done: done.promise, until }
}

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

  test('a result that is there does not wait for an async task behind it', async () => {
    const { events, until } = submit(create(), { fn: numberOrNever, items: [1, 'never'], firstIndex: 0 })
    await until(1)
    expect(events).toEqual([['value', 0, 1]])
  })

  test('async tasks of different functions in one batch run one at a time as well', async () => {
    const fns = [countRunning, countRunningToo, countRunning]
    const { events, done } = submit(create(), { calls: fns.map(fn => ({ fn, args: [] })) })
    await done
    expect(events.map(([, , running]) => running)).toEqual([1, 1, 1])
  })

  test('the sink of a batch that was cancelled is not called by an abort', async () => {
    const pool = create()
    const { events, handle } = submit(pool, { fn: increment, items: [1, 2], firstIndex: 0 })
    expect(handle.cancel()).toBe(true)
    handle.abort(new Error('too late'), 0)
    await pool.shutdown()
    expect(events).toEqual([])
  })

  test('what waits behind an async task goes to an idle worker', async () => {
    const { events, until } = submit(create({ maxWorkers: 2 }), {
      fn: numberOrNever,
      items: ['never', 1, 2],
      firstIndex: 0,
    })
    await until(2)
    expect(events).toEqual([
      ['value', 1, 1],
      ['value', 2, 2],
    ])
  })

  test('results of a long batch come as they are ready, also when its tasks turn out slow', async () => {
    const pool = create()
    const region = Region.create(4, { across: 'processes' })
    const words = new Int32Array(region.buffer)
    // Each takes longer than a turn, and ends only when this thread has the result of the one before.
    const task = (before: number): void => {
      burn(5)
      const seen = new Int32Array(region.buffer)
      while (Atomics.load(seen, 0) < before);
    }
    await new Promise<void>(resolve => {
      pool.submitBatch(
        { fn: task, items: Array.from({ length: 9 }, (_, i) => i), firstIndex: 0 },
        { onValue: () => void Atomics.add(words, 0, 1), onError: () => {}, onDone: () => resolve() },
      )
    })
    expect(words[0]).toBe(9)
  })

  test('a task whose argument had to be imported has a context', async () => {
    const pool = create()
    expect(await pool.submit(wordIfAborted, new Imported())).toEqual(['imported', false])
    expect(
      await pool.submit((imported: Imported, _other: number) => wordIfAborted(imported), new Imported(), 1),
    ).toEqual(['imported', false])
  })

  test('arguments that share an object still do where they arrive', async () => {
    const pool = create()
    const shared = { count: 0 }
    const same = (a: object, b: object): boolean => a === b
    expect(await pool.submit(same, shared, shared)).toBe(true)
    const { events, done } = submit(pool, {
      calls: [
        { fn: same, args: [shared, new WeakRef({})] },
        { fn: same, args: [shared, shared] },
        { fn: same, args: [shared, {}] },
      ],
    })
    await done
    expect(events).toMatchObject([
      ['error', 0, { name: 'SerializationError' }],
      ['value', 1, true],
      ['value', 2, false],
    ])
  })

  test('a thenable counts as a promise: it settles once, and what it throws fails its task only', async () => {
    const pool = create()
    const thenables = [
      () => ({ then: (resolve: (value: number) => void) => (resolve(1), resolve(2)) }),
      () => ({
        then: () => {
          throw new RangeError('then')
        },
      }),
      () => ({
        get then() {
          throw new RangeError('getter')
        },
      }),
    ] as const
    const outcomes = await Promise.allSettled([
      ...thenables.map(fn => pool.submit(fn as () => unknown)),
      pool.submit(increment, 1),
    ])
    expect(outcomes).toMatchObject([
      { value: 1 },
      { reason: new RangeError('then') },
      { reason: new RangeError('getter') },
      { value: 2 },
    ])
  })

  test('a thrown value that has no text form and cannot travel fails its task only', async () => {
    const pool = create()
    const error = await pool
      .submit(() => {
        throw Object.assign(Object.create(null), { map: new WeakRef({}) })
      })
      .exception()
    expect(error).toMatchObject({
      name: 'SerializationError',
      message: expect.stringContaining('an object was thrown, which cannot be sent back') as string,
    })
    const outcome = await pool
      .submit(() => {
        throw Object.create(null)
      })
      .then(
        () => 'resolved',
        (thrown: unknown) => typeof thrown,
      )
    expect(outcome).toBe('object')
  })
})
