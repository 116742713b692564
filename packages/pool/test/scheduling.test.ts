import { describe, expect, test } from 'vitest'
import { ThreadPoolExecutor } from '../src/index.ts'
import { collectGarbage } from './support/collect-garbage.ts'
import { describeKinds } from './support/describe-kinds.ts'
import { makeCheap } from './support/make-cheap.ts'
import { increment } from './tasks/work.ts'

describeKinds(kit => {
  const { create, where, blocks, waits, begun, counts } = kit

  describe('priority', () => {
    test('among those that wait higher ones come first, equal ones in their order', async () => {
      const pool = create({ maxWorkers: 1 })
      void pool.submit(blocks(), 1)
      await begun(1)
      const order: string[] = []
      const futures = ['1a', '5a', '-2', '5b', '1b', '0'].map(name =>
        pool
          .with({ priority: Number.parseInt(name) })
          .submit((x: string) => x, name)
          .then(x => order.push(x)),
      )
      Atomics.store(kit.words, 1, 1)
      await Promise.all(futures)
      expect(order).toEqual(['5a', '5b', '1a', '1b', '0', '-2'])
    })
  })

  test('a batch has a priority as well', async () => {
    const pool = create({ maxWorkers: 1 })
    void pool.submit(blocks(), 1)
    await begun(1)
    const order: string[] = []
    const later = pool.submit(increment, 1).then(() => order.push('task'))
    const done = Promise.withResolvers<void>()
    pool.submitBatch(
      { fn: increment, items: [1, 2], firstIndex: 0 },
      { onValue: index => order.push(`item ${index}`), onError: () => {}, onDone: () => done.resolve() },
      { priority: 1 },
    )
    Atomics.store(kit.words, 1, 1)
    await Promise.all([later, done.promise])
    expect(order).toEqual(['item 0', 'item 1', 'task'])
  })

  describe('affinity', () => {
    test('ten thousand keys are remembered, and what has more is still done', async () => {
      const pool = create({ maxWorkers: 2 })
      const futures = Array.from({ length: 10_500 }, (_, i) => pool.with({ affinity: i }).submit(increment, i))
      expect(await Promise.all(futures)).toEqual(Array.from({ length: 10_500 }, (_, i) => i + 1))
      const last = await Promise.all([0, 0, 0].map(() => pool.with({ affinity: 10_499 }).submit(where)))
      expect(new Set(last).size).toBe(1)
    })

    test('tasks with the same key run on the same worker, and keys are divided among workers', async () => {
      const pool = create({ maxWorkers: 2 })
      const ids = await Promise.all(Array.from({ length: 40 }, (_, i) => pool.with({ affinity: i % 4 }).submit(where)))
      for (const [i, id] of ids.entries()) expect(id).toBe(ids[i % 4])
      expect(new Set(ids).size).toBe(2)
    })

    test('when its worker is gone another one takes its place', async () => {
      const pool = create({ maxWorkers: 2 })
      const keyed = pool.with({ affinity: 'a' })
      const first = await keyed.submit(where)
      await keyed.submit(() => process.exit(1)).exception()
      const [second, third] = await Promise.all([keyed.submit(where), keyed.submit(where)])
      expect(second).not.toBe(first)
      expect(third).toBe(second)
    })

    test('what waits for one worker, and what waits for any, take turns', async () => {
      const pool = create({ maxWorkers: 1 })
      void pool.submit(blocks(), 1)
      await begun(1)
      const order: string[] = []
      const note = (x: string): void => void order.push(x)
      const futures = [
        ...['k1', 'k2', 'k3'].map(name =>
          pool
            .with({ affinity: 'k' })
            .submit((x: string) => x, name)
            .then(note),
        ),
        ...['a1', 'a2', 'a3'].map(name => pool.submit((x: string) => x, name).then(note)),
      ]
      Atomics.store(kit.words, 1, 1)
      await Promise.all(futures)
      expect(order).toHaveLength(6)
      expect(order.slice(0, 4).some(name => name.startsWith('a'))).toBe(true)
      expect(order.slice(0, 4).some(name => name.startsWith('k'))).toBe(true)
    })

    test('what is cancelled in the line of a worker that may run no more tasks does not count', async () => {
      const pool = create({ maxWorkers: 2, maxTasksPerChild: 2 })
      const keyed = pool.with({ affinity: 'a' })
      const first = keyed.submit(increment, 1)
      const second = keyed.submit(blocks(), 1)
      const third = keyed.submit(increment, 2)
      await begun(1)
      const fourth = keyed.submit(increment, 3)
      third.cancel()
      Atomics.store(kit.words, 1, 1)
      expect(await Promise.all([first, second, fourth])).toEqual([2, 0, 4])
      expect(pool.stats().queued).toBe(0)
      await pool.shutdown()
    })

    test('a task with a time limit is not kept waiting by those that share its worker', async () => {
      const pool = create({ maxWorkers: 1 })
      await makeCheap(pool)
      let feeding = true
      const feed = async (): Promise<void> => {
        while (feeding) await pool.submit(increment, 1)
      }
      const feeders = Array.from({ length: 8 }, feed)
      expect(await pool.with({ affinity: 'a', timeoutMs: 60_000 }).submit(increment, 1)).toBe(2)
      feeding = false
      await Promise.all(feeders)
    })

    test('its worker does not wait for others while it is idle', async () => {
      const pool = create({ maxWorkers: 2 })
      const [idle] = await Promise.all([pool.submit(where), pool.submit(where)])
      const keyed = pool.with({ affinity: 'b' })
      const own = await keyed.submit(where)
      const long = pool.submit(blocks(), 1)
      const mine = keyed.submit(where)
      expect(await mine).toBe(own)
      Atomics.store(kit.words, 1, 1)
      await long
      expect(idle).toBeGreaterThanOrEqual(0)
    })

    test('a resize moves what waits for a worker that leaves', async () => {
      const pool = create({ maxWorkers: 2 })
      const keys = ['a', 'b'].map(affinity => pool.with({ affinity }))
      const running = keys.map(keyed => keyed.submit(blocks(), 1))
      await begun(2)
      const waiting = keys.map(keyed => keyed.submit(where))
      const resized = pool.resize(1)
      Atomics.store(kit.words, 1, 1)
      await resized
      await Promise.all(running)
      const ids = await Promise.all(waiting)
      expect(new Set(ids).size).toBe(1)
    })
  })

  test('a cheap task never waits behind a slow one that does not let its worker look up', async () => {
    const pool = create({ maxWorkers: 2 })
    await makeCheap(pool)
    const blocker = pool.prepare<[number], number>(blocks())
    Atomics.store(kit.words, 1, 1)
    await makeCheap(pool, blocker, 1)
    kit.words.fill(0)
    const slow = [pool.submit(blocker, 1), pool.submit(blocker, 2)]
    await begun(2)
    const cheap = Array.from({ length: 50 }, (_, i) => pool.submit(increment, i))
    Atomics.store(kit.words, 2, 1) // one of the workers is free now
    expect(await Promise.all(cheap)).toEqual(Array.from({ length: 50 }, (_, i) => i + 1))
    expect(Atomics.load(kit.words, 1)).toBe(0)
    Atomics.store(kit.words, 1, 1)
    await Promise.all(slow)
  })

  test('the rest of a batch leaves a worker that is stuck in it', async () => {
    const pool = create({ maxWorkers: 2 })
    const blocker = pool.prepare<[number], number>(blocks())
    Atomics.store(kit.words, 1, 1)
    await makeCheap(pool, blocker, 1)
    kit.words.fill(0)
    Atomics.store(kit.words, 2, 1)
    const outcomes: unknown[] = []
    const done = Promise.withResolvers<void>()
    pool.submitBatch(
      { fn: blocker, items: [2, 1, 2, 2, 2], firstIndex: 0 },
      {
        onValue: (index, value) => {
          outcomes[index] = value
          if (outcomes.filter(outcome => outcome !== undefined).length === 3) Atomics.store(kit.words, 1, 1)
        },
        onError: (index, error) => (outcomes[index] = error),
        onDone: () => done.resolve(),
      },
    )
    await done.promise
    expect(outcomes).toHaveLength(5)
    expect(outcomes[2]).not.toBe(outcomes[1]) // they ran on the other worker
    expect(Atomics.load(kit.words, 0)).toBe(5) // each once
  })

  test('what is taken back from a worker that is still starting runs once', async () => {
    const pool = create({ maxWorkers: 2 })
    const counted = pool.prepare<[number], number>(counts())
    const done: Promise<void>[] = []
    for (const firstIndex of [0, 3]) {
      const { promise, resolve } = Promise.withResolvers<void>()
      done.push(promise)
      const items = [firstIndex, firstIndex + 1, firstIndex + 2]
      pool.submitBatch(
        { fn: counted, items, firstIndex },
        { onValue: () => {}, onError: () => {}, onDone: () => resolve() },
      )
    }
    await Promise.resolve() // both are sent
    const resized = pool.resize(1)
    await Promise.all(done)
    await resized
    expect(Array.from(kit.words.subarray(0, 6))).toEqual([1, 1, 1, 1, 1, 1])
  })

  test('a limited task that waits for a worker of its own does not block the slots of others', async () => {
    const pool = create({ maxWorkers: 2, concurrency: 4 })
    const long = [pool.submit(waits(), 1), pool.submit(waits(), 2)]
    await begun(2)
    const limited = pool.with({ timeoutMs: 60_000 }).submit(increment, 1)
    const free = pool.submit(waits(), 3)
    await begun(3)
    Atomics.store(kit.words, 3, 1)
    await free
    expect(limited.state).toBe('pending')
    Atomics.store(kit.words, 1, 1)
    Atomics.store(kit.words, 2, 1)
    expect(await limited).toBe(2)
    await Promise.all(long)
  })

  test('a task that was cancelled, or is done, lets go of its arguments', async () => {
    const pool = create({ maxWorkers: 1 })
    const collected = new Set<string>()
    const registry = new FinalizationRegistry<string>(name => void collected.add(name))
    const submit = (name: string) => {
      const data = { name }
      registry.register(data, name)
      return pool.submit((given: { name: string }) => given.name, data)
    }
    void pool.submit(blocks(), 1)
    await begun(1)
    const cancelled = submit('cancelled')
    cancelled.cancel()
    Atomics.store(kit.words, 1, 1)
    const done = submit('done')
    await done
    while (collected.size < 2) {
      collectGarbage()
      await new Promise(setImmediate)
    }
    expect([cancelled.state, done.state]).toEqual(['cancelled', 'finished'])
  })

  test('stats count what was done, failed and waits', async () => {
    const pool = create({ maxWorkers: 1 })
    pool.stats()
    await pool.submit(increment, 1)
    await pool.submit(() => JSON.parse('{')).exception()
    void pool.submit(blocks(), 1)
    await begun(1)
    const waiting = pool.with({ priority: 1 }).submit(increment, 1)
    await Promise.resolve()
    const { waitUs, runUs, bytes, utilization, ...sums } = pool.stats()
    expect(sums).toEqual({
      workers: 1,
      busyWorkers: 1,
      running: 1,
      completed: 2,
      failed: 1,
      exitedWorkers: 0,
      queued: 1,
    })
    expect([waitUs.count, runUs.count, bytes.count]).toEqual([3, 2, 0])
    expect(utilization).toBeGreaterThan(0)
    expect(utilization).toBeLessThanOrEqual(1)
    Atomics.store(kit.words, 1, 1)
    expect(await waiting).toBe(2)
  })
})

test('the options of a task are checked', () => {
  const pool = new ThreadPoolExecutor()
  const bad = (options: object) => () => pool.with(options)
  expect(bad({ priority: 'high' })).toThrow('priority must be a finite number, got "high"')
  expect(bad({ priority: Number.NaN })).toThrow('priority must be a finite number, got NaN')
  expect(bad({ affinity: {} })).toThrow('affinity must be a string or a number')
  expect(bad({ prio: 1 })).toThrow('priority')
})
