import { once } from 'node:events'
import { expect, test } from 'vitest'
import { describeKinds } from './support/describe-kinds.ts'
import { increment } from './tasks/work.ts'

describeKinds(kit => {
  const { create, blocks, begun } = kit

  test('submit refuses what would wait too long, and loses nothing', async () => {
    const pool = create({ maxWorkers: 1, maxQueue: 2 })
    const futures = [pool.submit(blocks(), 1)]
    await begun(1)
    futures.push(pool.submit(increment, 1), pool.submit(increment, 2))
    expect(() => pool.submit(increment, 3)).toThrow(
      expect.objectContaining({ name: 'QueueFullError', message: expect.stringContaining('maxQueue: 2') as unknown }),
    )
    expect(pool.needsDrain).toBe(true)
    const drained = once(pool, 'drain')
    Atomics.store(kit.words, 1, 1)
    await drained
    expect(pool.needsDrain).toBe(false)
    expect(await Promise.all(futures)).toEqual([0, 2, 3])
    expect(await pool.submit(increment, 3)).toBe(4)
  })

  test('0: only what can begin at once', async () => {
    const pool = create({ maxWorkers: 2, maxQueue: 0 })
    const futures = [pool.submit(blocks(), 1), pool.submit(blocks(), 1)]
    expect(() => pool.submit(increment, 3)).toThrow(expect.objectContaining({ name: 'QueueFullError' }))
    await begun(2)
    expect(() => pool.submit(increment, 3)).toThrow(expect.objectContaining({ name: 'QueueFullError' }))
    Atomics.store(kit.words, 1, 1)
    await Promise.all(futures)
    expect(await pool.submit(increment, 3)).toBe(4)
  })

  test('what a sink aborts while it is told of an error does not count', async () => {
    const pool = create({ maxWorkers: 1, maxQueue: 4 })
    await pool.with({ affinity: 'a' }).submit(increment, 1)
    for (const first of [new WeakRef({}), 'exit'] as const) {
      await new Promise<void>(resolve => {
        const handle = pool.submitBatch(
          {
            fn: (item: unknown) => (item === 'exit' ? process.exit(1) : item),
            items: [first, 1, 2, 3],
            firstIndex: 0,
          },
          {
            onValue: () => {},
            onError: (_, error) => handle.abort(error, 0),
            onDone: () => resolve(),
          },
        )
      })
    }
    expect(pool.stats().queued).toBe(0)
    expect(await pool.submit(increment, 1)).toBe(2)
    await pool.shutdown()
  })

  test('a map that waits for room ends when the pool breaks', async () => {
    const pool = create({ maxWorkers: 1, maxQueue: 2, onWorkerExit: 'break' })
    const first = pool.submit(blocks(), 1)
    await begun(1)
    const waiting = [pool.submit(() => process.exit(1)), pool.submit(increment, 1)]
    const map = pool.map(increment, [1, 2]).toArray()
    Atomics.store(kit.words, 1, 1)
    await first
    await expect(map).rejects.toThrow(expect.objectContaining({ name: 'BrokenPoolError' }))
    await Promise.allSettled(waiting)
  })

  test('workers that leave after a resize take no room', async () => {
    const pool = create({ maxWorkers: 3, maxQueue: 2 })
    const futures = [1, 2, 3].map(() => pool.submit(blocks(), 1))
    await begun(3)
    const resized = pool.resize(1)
    futures.push(pool.submit(increment, 1), pool.submit(increment, 2))
    expect(() => pool.submit(increment, 3)).toThrow('the queue is full')
    Atomics.store(kit.words, 1, 1)
    await resized
    expect((await Promise.all(futures)).slice(3)).toEqual([2, 3])
  })

  test('a map waits for room, and leaves some to others', async () => {
    const pool = create({ maxWorkers: 1, maxQueue: 4 })
    void pool.submit(blocks(), 1)
    await begun(1)
    let pulled = 0
    const items = Array.from({ length: 100 }, (_, i) => i)
    const results = pool.map(
      increment,
      items.values().map(item => {
        pulled++
        return item
      }),
    )
    expect(pulled).toBe(2)
    const mine = pool.submit(increment, 1)
    Atomics.store(kit.words, 1, 1)
    expect(await results.toArray()).toEqual(items.map(item => item + 1))
    expect(await mine).toBe(2)
  })

  test('what was cancelled makes room', async () => {
    const pool = create({ maxWorkers: 1, maxQueue: 1 })
    void pool.submit(blocks(), 1)
    await begun(1)
    const waiting = pool.submit(increment, 1)
    expect(() => pool.submit(increment, 2)).toThrow('the queue is full')
    expect(waiting.cancel()).toBe(true)
    const controller = new AbortController()
    const other = pool.with({ signal: controller.signal }).submit(increment, 2)
    expect(() => pool.submit(increment, 2)).toThrow('the queue is full')
    controller.abort()
    await expect(other).rejects.toThrow('the task was aborted')
    const map = pool.map(increment, [1, 2, 3])
    expect(() => pool.submit(increment, 2)).toThrow('the queue is full')
    await map.return?.()
    const last = pool.submit(increment, 3)
    Atomics.store(kit.words, 1, 1)
    expect(await last).toBe(4)
  })
})
