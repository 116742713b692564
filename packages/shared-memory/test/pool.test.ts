import { Queue, SerializationError } from '@manyhands/core'
import { Parallel, delayed } from '@manyhands/parallel'
import { ProcessPoolExecutor, ThreadPoolExecutor } from '@manyhands/pool'
import { afterAll, describe, expect, test } from 'vitest'
import { ShareableList, SharedArray, SharedMemory, struct, Value } from '../src/index.ts'
import { dehydrate } from './tasks/travel.ts'

describe.each([
  ['threads', ThreadPoolExecutor],
  ['processes', ProcessPoolExecutor],
] as const)('%s', (backend, Executor) => {
  let executor: ThreadPoolExecutor | undefined
  const pool = (): ThreadPoolExecutor => (executor ??= new Executor({ maxWorkers: 2 }))

  afterAll(() => executor?.shutdown())

  // CPython: _TestArray.test_array
  test('M03 tasks write to the memory of the caller', async () => {
    const array = SharedArray.f64([4, 8])
    const fill = (target: SharedArray<'f64'>, row: number): void => void target.row(row).fill(row + 1)
    await Promise.all([0, 1, 2, 3].map(row => pool().submit(fill, array, row)))
    expect(array.toArray()).toEqual([1, 2, 3, 4].map(value => Array.from({ length: 8 }, () => value)))
  })

  test('a task may capture an array, and take it inside of other data', async () => {
    const array = SharedArray.from([1, 2, 3])
    expect(await pool().submit(() => array.at(2))).toBe(3)
    expect(
      await pool().submit((data: { parts: SharedArray<'f64'>[] }) => data.parts.map(part => part.length), {
        parts: [array, array.subarray(1)],
      }),
    ).toEqual([3, 2])
  })

  test('an array that a task returns is the one that it was given', async () => {
    const array = SharedArray.i32(3)
    expect(await pool().submit((given: SharedArray<'i32'>) => given, array)).toBe(array)
  })

  // The next task in that worker was given what the one before had closed.
  test('a task that closes its access closes no other', async () => {
    const Point = struct({ x: 'f64' })
    const [memory, list, array, value, points] = [
      SharedMemory.create(8),
      new ShareableList([5]),
      SharedArray.f64([1]),
      new Value('i32', 5),
      Point.array(1),
    ] as const
    const queue = new Queue<number>({ across: 'processes' })
    memory.bytes[0] = 5
    array.set(5, 0)
    points.at(0).x = 5
    for (let i = 0; i < 4; i++) queue.tryPut(5)
    const single = new Executor({ maxWorkers: 1 })
    const readAndClose = (
      m: SharedMemory,
      l: ShareableList,
      a: SharedArray<'f64'>,
      v: Value<'i32'>,
      p: typeof points,
      q: Queue<number>,
    ): unknown[] => {
      const read = [m.bytes[0], l.get(0), a.at(0), v.value, p.at(0).x, q.tryGet()]
      for (const each of [m, l, a, v, p, q]) each.close()
      return read
    }
    for (let i = 0; i < 3; i++) {
      expect(await single.submit(readAndClose, memory, list, array, value, points, queue)).toEqual([5, 5, 5, 5, 5, 5])
    }
    expect([memory.bytes[0], list.get(0), array.at(0), value.value, points.at(0).x, queue.tryGet()]).toEqual([
      5, 5, 5, 5, 5, 5,
    ])
    await single.shutdown()
  })

  // Mapped memory looks like any other buffer: what a task wrote to a view of it was lost.
  test('a view of shared memory stays one, as a capture, an argument and a result', async () => {
    const array = SharedArray.f64([2, 2])
    const memory = SharedMemory.create(32)
    const { data } = array
    const [row, bytes, view, buffer] = [
      array.row(1),
      memory.bytes,
      new DataView(memory.buffer, 8, 8),
      Buffer.from(memory.buffer as ArrayBuffer, 16, 4),
    ]
    await pool().submit(() => {
      data[0] = 1
    })
    const write = (
      given: { row: Float64Array },
      [a, b, c]: readonly [Uint8Array, DataView, Buffer],
      whole: ArrayBuffer,
    ): void => {
      given.row[1] = 2
      a[0] = 3
      b.setInt32(0, 4)
      c[3] = 5
      new Uint8Array(whole)[31] = 6
    }
    await pool().submit(write, { row }, [bytes, view, buffer] as const, memory.buffer as ArrayBuffer)
    expect([array.toArray(), bytes[0], view.getInt32(0), buffer[3], bytes[31]]).toEqual([
      [
        [1, 0],
        [0, 2],
      ],
      3,
      4,
      5,
      6,
    ])
    const back = await pool().submit((given: Float64Array) => given.subarray(1), row)
    back[0] = 7
    expect([array.at(1, 1), back.length]).toEqual([7, 1])
  })

  test('an array that a task makes is shared with the caller', async () => {
    const array = await pool().submit(
      (parent: SharedArray<'u8'>) => parent.rows(0, 1),
      SharedArray.from(
        [
          [1, 2],
          [3, 4],
        ],
        { dtype: 'u8' },
      ),
    )
    expect(array).toBeInstanceOf(SharedArray)
    expect(array.toArray()).toEqual([[1, 2]])
    array.set(9, 0, 0)
    expect(await pool().submit((given: SharedArray<'u8'>) => given.at(0, 0), array)).toBe(9)
  })

  // CPython: _TestValue.test_value, test_rawvalue
  test.each(['f64', 'f32', 'i8', 'u8', 'u8c', 'i16', 'u16', 'i32', 'u32', 'i64', 'u64'] as const)(
    'M01 what a task writes to a value of %s is seen, with a lock or without',
    async dtype => {
      for (const lock of [true, false]) {
        const value = new Value(dtype, undefined, { lock })
        await pool().submit((target: { value: number | bigint }) => {
          target.value = typeof target.value === 'bigint' ? 77n : 77
        }, value)
        expect(Number(value.value)).toBe(77)
      }
    },
  )

  test('tasks that add to one value lose nothing', async () => {
    const value = new Value('i64', 0n)
    const add = (target: Value<'i64'>): void => {
      for (let i = 0; i < 1000; i++) target.add(1n)
    }
    await Promise.all(Array.from({ length: 20 }, () => pool().submit(add, value)))
    expect(value.value).toBe(20_000n)
  })

  test('what is locked by its lock is counted exactly, whichever worker does it', async () => {
    const [counter, raw] = [new Value('f64', 0), new Value('f64', 0, { lock: false })]
    const count = (target: Value<'f64'>): void => {
      for (let i = 0; i < 2000; i++) target.lock.runExclusiveSync(() => void target.value++)
    }
    await Promise.all([1, 2, 3, 4].map(() => pool().submit(count, counter)))
    expect(counter.value).toBe(8000)
    expect(
      await pool()
        .submit((target: Value<'f64'>) => target.lock, raw)
        .exception(),
    ).toMatchObject({ name: 'InvalidStateError' })
  })

  test('tasks of Parallel share it, with as many jobs as there are', async () => {
    const [input, output] = [SharedArray.f64(100), SharedArray.f64(100)]
    input.data.forEach((_, i) => input.set(i, i))
    const double = (from: SharedArray<'f64'>, to: SharedArray<'f64'>, i: number): void => to.set(from.at(i) * 2, i)
    for (const jobs of [1, 2, 5]) {
      await Parallel({ jobs, backend })(Array.from(input, i => delayed(double)(input, output, i)))
      expect(output.toArray()).toEqual(Array.from({ length: 100 }, (_, i) => i * 2))
      output.fill(0)
    }
  })

  // CPython: test_shared_memory_pickle_unpickle, test_shared_memory_across_processes
  test('M11, M12 memory, lists and structs travel by handle as well, alone and captured', async () => {
    const memory = SharedMemory.create(4)
    const list = new ShareableList(['a', 1])
    const Point = struct({ x: 'f64', name: ['u8', 4] })
    const point = Point.create({ x: 1 })
    const points = Point.array(3)
    const write = (bytes: SharedMemory, items: ShareableList): void => {
      bytes.bytes[0] = 7
      items.set(1, 'two')
      point.x += 1
      points.at(2).x = 5
      points.at(2).name[0] = 9
    }
    await pool().submit(write, memory, list)
    expect([memory.bytes[0], list.toArray(), point.x, points.at(2).toObject()]).toEqual([
      7,
      ['a', 'two'],
      2,
      { x: 5, name: new Uint8Array([9, 0, 0, 0]) },
    ])
    const back = await pool().submit((...all: unknown[]) => all, memory, list, point, points)
    expect(back.map((one, i) => one === [memory, list, point, points][i])).toEqual([true, true, true, true])
    expect(
      await pool().submit(
        (one: typeof point, all: typeof points) => Object.getPrototypeOf(one) === Object.getPrototypeOf(all.at(0)),
        point,
        points,
      ),
    ).toBe(true)
  })

  // CPython: test_shared_memory_ShareableList_pickling
  test('M17 what travels of a list does not grow with it', async () => {
    const [short, long] = [10, 10_000].map(length => new ShareableList(Array.from({ length }, (_, i) => i))) as [
      ShareableList,
      ShareableList,
    ]
    expect(JSON.stringify(dehydrate(long)).length).toBeLessThan(JSON.stringify(dehydrate(short)).length + 20)
    expect(await pool().submit((given: ShareableList) => [given.length, given.get(-1)], long)).toEqual([10_000, 9999])
  })
})

const processes = new ProcessPoolExecutor({ maxWorkers: 1 })
afterAll(() => processes.shutdown())

test('a process is refused memory of threads, with what to do instead', async () => {
  const error = await processes
    .submit((given: SharedArray<'f64'>) => given.length, SharedArray.f64(3, { across: 'threads' }))
    .exception()
  expect(error).toBeInstanceOf(SerializationError)
  expect(String(error)).toContain(
    'memory that only threads share. ' +
      "Hint: create it with { across: 'processes' }, run the task on threads, or send a copy",
  )
})

// CPython: test_shared_memory_across_processes
test('M12 a process attaches by name, and what it writes is seen', async () => {
  const memory = SharedMemory.create(8)
  await processes.submit((name: string) => void SharedMemory.attach(name).bytes.fill(3), memory.name)
  expect([...memory.bytes]).toEqual([3, 3, 3, 3, 3, 3, 3, 3])
  memory.unlink()
})
