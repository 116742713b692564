import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  type Across,
  CancelledError,
  InvalidStateError,
  JoinableQueue,
  Queue,
  QueueEmptyError,
  QueueFullError,
  QueueShutDownError,
  Region,
  SerializationError,
  SimpleQueue,
  WaitTimeoutError,
} from '../../src/index.ts'
import { Party } from '../support/party.ts'

const allow = { allowMainThread: true }
const numbers = (count: number): number[] => Array.from({ length: count }, (_, i) => i)

/** Queues between the test and parties on threads or processes. */
export function describeQueues(across: Across): void {
  let parties: Party[]
  beforeAll(() => void (parties = Array.from({ length: 4 }, () => new Party(across))))
  afterAll(() => Promise.all(parties.map(party => party.kill())))
  const party = (index: number): Party => parties[index] ?? expect.unreachable()

  // CPython: _TestQueue.test_put
  test('Q01 when it is full tryPut and a timed put throw', async () => {
    const queue = new Queue<number>({ across, maxSize: 3 })
    for (let i = 0; i < 3; i++) await queue.put(i)
    expect([queue.full, queue.size, queue.empty]).toEqual([true, 3, false])
    expect(() => queue.tryPut(4)).toThrow(QueueFullError)
    const start = performance.now()
    await expect(queue.put(4, { timeoutMs: 30 })).rejects.toThrow(WaitTimeoutError)
    expect(performance.now() - start).toBeGreaterThanOrEqual(28)
    expect(() => queue.putSync(4, { ...allow, timeoutMs: 10 })).toThrow(/no room in the queue within timeoutMs = 10/)
    await expect(queue.put(4, { timeoutMs: 0 })).rejects.toThrow(WaitTimeoutError)
    expect([await queue.get(), queue.getSync(allow), queue.tryGet()]).toEqual([0, 1, 2])
  })

  // CPython: _TestQueue.test_get
  test('Q02 when it is empty tryGet and a timed get throw', async () => {
    const queue = new Queue({ across })
    expect([queue.full, queue.empty]).toEqual([false, true])
    expect(() => queue.tryGet()).toThrow(QueueEmptyError)
    await expect(queue.get({ timeoutMs: 5 })).rejects.toThrow(/no item in the queue within timeoutMs = 5/)
    expect(() => queue.getSync({ ...allow, timeoutMs: 5 })).toThrow(WaitTimeoutError)
  })

  // CPython: _TestQueue.test_fork
  test('Q03 what was put before, and by another, comes out in order', async () => {
    const queue = new Queue<number>({ across })
    for (const i of numbers(10)) await queue.put(i)
    await party(0).call(
      'putAll',
      queue,
      numbers(10).map(i => i + 10),
      'putSync',
    )
    const items: number[] = []
    for (let i = 0; i < 20; i++) items.push(await queue.get())
    expect(items).toEqual(numbers(20))
    expect(() => queue.tryGet()).toThrow(QueueEmptyError)
  })

  // CPython: _TestQueue.test_qsize
  test('Q04 its size goes 0, 1, 2, 1, 0', async () => {
    const queue = new Queue({ across })
    const sizes = [queue.size]
    for (const step of ['put', 'put', 'get', 'get'] as const) {
      if (step === 'put') await queue.put(1)
      else await queue.get()
      sizes.push(queue.size)
    }
    expect(sizes).toEqual([0, 1, 2, 1, 0])
  })

  // CPython: _TestQueue.test_task_done
  test('Q05 join resolves only after every taskDone, and again', async () => {
    const queue = new JoinableQueue<number>({ across })
    for (let round = 0; round < 2; round++) {
      const working = parties.map((each, i) => each.call('work', queue, 5, i % 2 === 0))
      for (const i of numbers(20)) await queue.put(i)
      await queue.join()
      expect(queue.size).toBe(0)
      await Promise.all(working)
    }
    expect(() => queue.taskDone()).toThrow(InvalidStateError)
    await queue.put(1)
    await expect(queue.join({ timeoutMs: 5 })).rejects.toThrow(/not all items were done within/)
    expect(() => queue.joinSync({ ...allow, timeoutMs: 5 })).toThrow(WaitTimeoutError)
    queue.taskDone()
    queue.joinSync(allow)
  })

  // CPython: _TestQueue.test_timeout
  test('Q06 a get takes at least its time', async () => {
    const queue = new Queue({ across })
    const start = performance.now()
    await expect(queue.get({ timeoutMs: 100 })).rejects.toThrow(WaitTimeoutError)
    expect(performance.now() - start).toBeGreaterThanOrEqual(98)
  })

  // CPython: _TestQueue.test_queue_feeder_on_queue_feeder_error. There is no feeder and no hook for its errors: the
  // error is one of the put.
  test('Q08 an item that cannot travel is an error of its put, and the queue goes on', async () => {
    const queue = new Queue({ across })
    await expect(queue.put(() => 1)).rejects.toThrow(SerializationError)
    expect(() => queue.tryPut(Symbol('s'))).toThrow(/the item cannot be sent/)
    await queue.put(1)
    expect([queue.size, await queue.get()]).toEqual([1, 1])
    const small = new Queue({ across, maxBytes: 1024 })
    await expect(small.put(new Uint8Array(600))).rejects.toThrow(
      /the item takes 600 bytes; an item may take at most half of the queue's memory, which is 1024 bytes/,
    )
    await small.put(new Uint8Array(500))
    expect(((await small.get()) as Uint8Array).length).toBe(500)
  })

  // CPython: _TestQueue.test_closed_queue_put_get_exceptions
  test('Q09 put and get on a closed queue say that it is closed; others are not affected', async () => {
    const queue = new Queue<number>({ across })
    await queue.put(5)
    queue.close()
    queue.close()
    await expect(queue.put(1)).rejects.toThrow(/is closed/)
    await expect(queue.get()).rejects.toThrow(InvalidStateError)
    expect(() => queue.tryGet()).toThrow(/is closed/)
    expect(await party(0).call('getAll', queue, 1)).toEqual([5])
  })

  // CPython: TestSimpleQueue.test_empty, test_close
  test('Q10, Q11 a SimpleQueue knows whether it is empty, on both sides; it may be closed twice', async () => {
    const queue = new SimpleQueue<number>({ across })
    expect([queue.empty, await party(0).call('isEmpty', queue)]).toEqual([true, true])
    await queue.put(1)
    queue.putSync(2, allow)
    expect([queue.empty, await party(0).call('isEmpty', queue)]).toEqual([false, false])
    expect([await queue.get(), queue.getSync(allow), queue.empty]).toEqual([1, 2, true])
    queue.close()
    queue.close()
    await expect(queue.get()).rejects.toThrow(/is closed/)
  })

  // CPython: BaseQueueTestMixin.basic_queue_test
  test('Q21 a put that waits is released by a get, and the other way round, between parties', async () => {
    const queue = new Queue<number>({ across, maxSize: 1 })
    for (const method of ['putSync', 'put'] as const) {
      const putting = party(0).call('putAll', queue, [1, 2, 3], method)
      expect([await queue.get(), await queue.get(), await queue.get()]).toEqual([1, 2, 3])
      await putting
    }
    const getting = [party(0).call('getAll', queue, 1), queue.get()]
    await queue.put(4)
    await queue.put(5)
    expect((await Promise.all(getting)).flat().toSorted((a, b) => a - b)).toEqual([4, 5])
  })

  // CPython: BaseQueueTestMixin.test_shutdown_empty, test_shutdown_nonempty, test_shutdown_immediate,
  // test_shutdown_allowed_transitions, test_shutdown_put, test_shutdown_join
  test('Q25 to Q31 shutdown reaches all parties', async () => {
    const empty = new JoinableQueue<number>({ across })
    const waits = Promise.allSettled([
      party(0).call('getAll', empty, 1),
      party(1).call('getAll', empty, 1, 'getSync'),
      empty.get(),
    ])
    await expect(empty.get({ timeoutMs: 20 })).rejects.toThrow(WaitTimeoutError)
    empty.shutdown()
    expect((await waits).map(wait => wait.status === 'rejected' && (wait.reason as Error).name)).toEqual([
      'QueueShutDownError',
      'QueueShutDownError',
      'QueueShutDownError',
    ])
    await expect(party(0).call('putAll', empty, [1], 'put')).rejects.toThrow(/was shut down/)
    expect(empty.isShutDown).toBe(true)

    const full = new JoinableQueue<number>({ across, maxSize: 2 })
    await full.put(1)
    await full.put(2)
    const putting = expect(party(0).call('putAll', full, [3], 'putSync')).rejects.toThrow(/was shut down/)
    await expect(full.put(3, { timeoutMs: 20 })).rejects.toThrow(WaitTimeoutError)
    full.shutdown()
    await putting
    expect(await full.get()).toBe(1)
    full.taskDone()
    full.shutdown({ immediate: true })
    full.shutdown()
    await expect(full.get()).rejects.toThrow(QueueShutDownError)
    await full.join()
  })

  // CPython: BaseQueueTestMixin.test_shutdown_all_methods_in_many_threads, smaller
  test('Q29 producers and consumers end by a shutdown, and what was put before was got once', async () => {
    const queue = new Queue<number>({ across, maxSize: 50 })
    const region = Region.create(16, { across })
    const producing = parties.slice(0, 2).map(each => each.call('produceUntilShutDown', queue, region))
    const consuming = parties.slice(2).map(each => each.call('consumeUntilShutDown', queue, region))
    const words = new Int32Array(region.buffer)
    while ((words[1] ?? 0) < 5000) await new Promise(setImmediate)
    queue.shutdown()
    await Promise.all([...producing, ...consuming])
    expect(words[1]).toBe(words[0])
    expect(words[3]).toBe(words[2])
  })

  // CPython: BaseSimpleQueueTest.test_many_threads
  test('Q32 many producers and consumers lose nothing and get nothing twice', async () => {
    const queue = new Queue<number>({ across, maxSize: 16 })
    const producing = numbers(4).map(i =>
      party(i % 2).call(
        'putAll',
        queue,
        numbers(500).map(n => i * 500 + n),
        i % 2 === 0 ? 'put' : 'putSync',
      ),
    )
    const consuming = [
      party(2).call('getAll', queue, 1000),
      party(3).call('getAll', queue, 500, 'getSync'),
      (async () => {
        const items: number[] = []
        for (let i = 0; i < 500; i++) items.push(await queue.get())
        return items
      })(),
    ]
    await Promise.all(producing)
    expect((await Promise.all(consuming)).flat().toSorted((a, b) => a - b)).toEqual(numbers(2000))
  })

  test('items of all kinds arrive as they were', async () => {
    const queue = new Queue({ across })
    const items = [
      0,
      -1,
      2 ** 31 - 1,
      -(2 ** 31),
      2 ** 31,
      0.5,
      -0,
      NaN,
      Infinity,
      '',
      'text',
      'ünï',
      '日本 🙂',
      '\ud800',
      true,
      false,
      null,
      undefined,
      12n,
      new Uint8Array([1, 2, 3]),
      new Uint8Array(0),
      Buffer.from('buffer'),
      new Float64Array([1.5]),
      { a: [1, { b: new Map([[1, new Date(5)]]) }] },
      { id: 1, tags: ['ü', '\ud800'], at: { x: 1.5, y: null } },
      [],
      [1, 'b'],
      'x'.repeat(100_000),
    ]
    for (const item of items) await queue.put(item)
    for (const item of items) expect(await queue.get()).toStrictEqual(item)
    const back = new Queue({ across })
    const passing = party(0).call('passOn', queue, back, items.length)
    for (const item of items) await queue.put(item)
    for (const item of items) expect(await back.get()).toStrictEqual(item)
    await passing
  })

  test('items of all sizes go around the end of a small memory', async () => {
    const queue = new Queue<Uint8Array>({ across, maxBytes: 2048 })
    const sizes = numbers(400).map(i => (i * 37) % 900)
    const getting = party(0).call('getSizes', queue, sizes.length)
    for (const size of sizes) await queue.put(new Uint8Array(size).fill(size & 255))
    expect(await getting).toEqual(sizes)
  })

  test('what was got stays as it is when more is got, at once or after a wait', async () => {
    const queue = new Queue({ across })
    const item = (i: number): unknown[] => [
      new Uint8Array(100).fill(i),
      Buffer.alloc(100, i),
      String(i).repeat(100),
      { array: new Uint8Array(8).fill(i) },
    ]
    const waiting = Array.from({ length: 12 }, () => queue.get())
    for (let i = 0; i < 6; i++) for (const part of item(i)) await queue.put(part)
    const got = [...(await Promise.all(waiting)), ...Array.from({ length: 12 }, () => queue.tryGet())]
    expect(got).toEqual([0, 1, 2, 3, 4, 5].flatMap(item))
    for (const bytes of got) {
      if (bytes instanceof Uint8Array && !Buffer.isBuffer(bytes)) expect(bytes.buffer.byteLength).toBe(100)
    }
  })

  test('an item survives the death of the one that put it', async () => {
    const queue = new Queue<string>({ across })
    const dies = new Party(across)
    await dies.call('putAll', queue as Queue<never>, ['last words'] as never[], 'put')
    await dies.kill()
    expect(await queue.get()).toBe('last words')
  })

  test('a signal ends the wait, and takes nothing', async () => {
    const queue = new Queue<number>({ across })
    const controller = new AbortController()
    const getting = queue.get({ signal: controller.signal })
    controller.abort('why')
    await expect(getting).rejects.toThrow(CancelledError)
    await queue.put(1)
    expect(queue.size).toBe(1)
  })

  test('it is iterated until it is shut down', async () => {
    const queue = new Queue<number>({ across })
    const items: number[] = []
    await party(0).call('putAll', queue, [1, 2, 3], 'put')
    queue.shutdown()
    for await (const item of queue) items.push(item)
    expect(items).toEqual([1, 2, 3])
  })

  test('the same queue is the same object in a party, of its own class', async () => {
    for (const queue of [new Queue({ across }), new JoinableQueue({ across })]) {
      await party(0).call('keep', queue)
      expect(await party(0).call('returnKept')).toBe(queue)
    }
  })

  describe('bad input', () => {
    test('is told at the constructor', () => {
      expect(() => new Queue({ maxSize: -1 })).toThrow(/maxSize must be an integer >= 0, got -1/)
      expect(() => new Queue({ maxsize: 1 } as never)).toThrow(/did you mean `maxSize`/)
      expect(() => new Queue({ maxBytes: 2 ** 40 })).toThrow(RangeError)
      expect(() => new SimpleQueue({ maxSize: 1 } as never)).toThrow(TypeError)
      expect(() => new Queue({ across }).getSync()).toThrow(/would block the main thread/)
    })
  })
}
