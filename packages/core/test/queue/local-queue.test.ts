import { describe, expect, test } from 'vitest'
import {
  CancelledError,
  InvalidStateError,
  LifoQueue,
  PriorityQueue,
  QueueEmptyError,
  QueueFullError,
  QueueShutDownError,
  WaitTimeoutError,
} from '../../src/index.ts'

describe.each([
  ['LifoQueue', (maxSize?: number) => new LifoQueue<number>({ maxSize }), [222, 333, 111]],
  ['PriorityQueue', (maxSize?: number) => new PriorityQueue<number>({ maxSize }), [111, 222, 333]],
] as const)('%s', (_, make, order) => {
  // CPython: BaseQueueTestMixin.basic_queue_test
  test('Q20 items come out in its order', async () => {
    const queue = make()
    for (const item of [111, 333, 222]) await queue.put(item)
    expect([await queue.get(), queue.tryGet(), await queue.get()]).toEqual(order)
  })

  // CPython: BaseQueueTestMixin.basic_queue_test
  test('Q21 a put that waits is released by a get, and the other way round', async () => {
    const queue = make(1)
    await queue.put(1)
    const putting = queue.put(2, { timeoutMs: 1000 })
    expect(queue.full).toBe(true)
    expect(await queue.get()).toBe(1)
    await putting
    expect(await queue.get()).toBe(2)
    const getting = queue.get()
    queue.tryPut(3)
    expect(await getting).toBe(3)
  })

  // CPython: BaseQueueTestMixin.test_queue_task_done, test_queue_join
  test('Q22 taskDone without a task is an error; join works twice, with two consumers and 100 items', async () => {
    const queue = make()
    expect(() => queue.taskDone()).toThrow(InvalidStateError)
    let sum = 0
    const consume = async (): Promise<void> => {
      for await (const item of queue) {
        sum += item
        queue.taskDone()
      }
    }
    const consumers = [consume(), consume()]
    for (let round = 1; round <= 2; round++) {
      for (let i = 0; i < 100; i++) queue.tryPut(i)
      await queue.join()
      expect(sum).toBe(4950 * round)
    }
    queue.shutdown()
    await Promise.all(consumers)
  })

  // CPython: BaseQueueTestMixin.test_negative_timeout_raises_exception
  test('Q23 a negative time limit is an error', async () => {
    const queue = make(1)
    await expect(queue.put(1, { timeoutMs: -1 })).rejects.toThrow(RangeError)
    await expect(queue.get({ timeoutMs: -1 })).rejects.toThrow(RangeError)
    expect(() => make(-1)).toThrow(/maxSize must be an integer >= 0, got -1/)
  })

  // CPython: BaseQueueTestMixin.test_nowait
  test('Q24 tryPut and tryGet throw at the limits; time limits as well', async () => {
    const queue = make(1)
    expect(() => queue.tryGet()).toThrow(QueueEmptyError)
    await expect(queue.get({ timeoutMs: 1 })).rejects.toThrow(WaitTimeoutError)
    queue.tryPut(1)
    expect(() => queue.tryPut(2)).toThrow(QueueFullError)
    await expect(queue.put(2, { timeoutMs: 0 })).rejects.toThrow(WaitTimeoutError)
    await expect(queue.put(2, { signal: AbortSignal.abort('why') })).rejects.toThrow(CancelledError)
    expect(queue.size).toBe(1)
  })

  // CPython: BaseQueueTestMixin.test_shutdown_empty, test_shutdown_nonempty, test_shutdown_immediate,
  // test_shutdown_allowed_transitions
  test('Q25 to Q28 shutdown: nothing can be put, what is there can be taken or is dropped', async () => {
    const queue = make()
    const getting = queue.get()
    queue.shutdown()
    await expect(getting).rejects.toThrow(QueueShutDownError)
    expect([queue.isShutDown, queue.empty]).toEqual([true, true])
    expect(() => queue.tryPut(1)).toThrow(QueueShutDownError)
    const filled = make()
    await filled.put(1)
    filled.shutdown()
    expect(await filled.get()).toBe(1)
    await expect(filled.get()).rejects.toThrow(QueueShutDownError)
    const dropped = make()
    await dropped.put(1)
    dropped.shutdown()
    dropped.shutdown({ immediate: true })
    await expect(dropped.get()).rejects.toThrow(QueueShutDownError)
    await dropped.join()
  })

  // CPython: BaseQueueTestMixin.test_shutdown_put
  test('Q30 puts that wait get a QueueShutDownError', async () => {
    const queue = make(1)
    await queue.put(1)
    const puts = [queue.put(2), queue.put(3)]
    queue.shutdown()
    for (const put of puts) await expect(put).rejects.toThrow(QueueShutDownError)
  })

  // CPython: BaseQueueTestMixin.test_shutdown_join
  test('Q31 join returns after a shutdown once what was left is done', async () => {
    const queue = make()
    await queue.put(1)
    queue.shutdown()
    const joining = queue.join()
    await queue.get()
    queue.taskDone()
    await joining
  })
})

test('a PriorityQueue takes a compare function, and keeps the order of equals', async () => {
  const queue = new PriorityQueue<{ readonly rank: number; readonly name: string }>({
    compare: (a, b) => b.rank - a.rank,
  })
  for (const [rank, name] of [
    [1, 'a'],
    [2, 'b'],
    [1, 'c'],
    [2, 'd'],
  ] as const) {
    queue.tryPut({ rank, name })
  }
  const names = Array.from({ length: 4 }, () => queue.tryGet().name)
  expect(names).toEqual(['b', 'd', 'a', 'c'])
  expect(() => new PriorityQueue({ compare: 5 as never })).toThrow(TypeError)
})

test.each([
  ['throws', new Error('compare failed')],
  [
    'is async',
    new TypeError('compare must not be async, it returned a promise: compare what was fetched before the put'),
  ],
])('a PriorityQueue whose compare %s is as it was before', async (_, error) => {
  let fails = false
  const compare = (a: number, b: number): number => {
    if (!fails) return a - b
    if (error instanceof TypeError) return Promise.resolve(0) as never
    throw error
  }
  const make = (...items: number[]): PriorityQueue<number> => {
    const queue = new PriorityQueue<number>({ compare })
    for (const item of items) queue.tryPut(item)
    return queue
  }
  const rest = (queue: PriorityQueue<number>): number[] => Array.from({ length: queue.size }, () => queue.tryGet())
  for (const use of [
    (queue: PriorityQueue<number>) => queue.put(1),
    (queue: PriorityQueue<number>) => queue.get(),
    async (queue: PriorityQueue<number>) => queue.tryPut(1),
    async (queue: PriorityQueue<number>) => queue.tryGet(),
  ]) {
    const queue = make(5, 3, 9, 7, 4)
    fails = true
    await expect(use(queue)).rejects.toThrow(error)
    fails = false
    expect(rest(queue)).toEqual([3, 4, 5, 7, 9])
  }
})

test('a heap is right for many items', async () => {
  const queue = new PriorityQueue<number>()
  const items = Array.from({ length: 1000 }, (_, i) => (i * 7919) % 1009)
  for (const item of items) queue.tryPut(item)
  expect(items.map(() => queue.tryGet())).toEqual(items.toSorted((a, b) => a - b))
})
