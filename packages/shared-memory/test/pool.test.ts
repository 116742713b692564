import { SerializationError } from '@manyhands/core'
import { Parallel, delayed } from '@manyhands/parallel'
import { ProcessPoolExecutor, ThreadPoolExecutor } from '@manyhands/pool'
import { afterAll, expect, test } from 'vitest'
import { SharedArray, Value } from '../src/index.ts'

const threads = new ThreadPoolExecutor({ maxWorkers: 2 })
const processes = new ProcessPoolExecutor({ maxWorkers: 1 })

afterAll(async () => {
  await Promise.all([threads.shutdown(), processes.shutdown()])
})

test('tasks on threads write to the memory of the caller', async () => {
  const array = SharedArray.f64([4, 8])
  const fill = (target: SharedArray<'f64'>, row: number): void => void target.row(row).fill(row + 1)
  await Promise.all([0, 1, 2, 3].map(row => threads.submit(fill, array, row)))
  expect(array.toArray()).toEqual([1, 2, 3, 4].map(value => Array.from({ length: 8 }, () => value)))
})

test('a task may capture an array, and take it inside of other data', async () => {
  const array = SharedArray.from([1, 2, 3])
  expect(await threads.submit(() => array.at(2))).toBe(3)
  expect(await threads.submit((data: { parts: SharedArray<'f64'>[] }) => data.parts.map(part => part.length), { parts: [array, array.subarray(1)] })).toEqual([3, 2])
})

test('an array that a task returns is the one that it was given', async () => {
  const array = SharedArray.i32(3)
  expect(await threads.submit((given: SharedArray<'i32'>) => given, array)).toBe(array)
})

test('an array that a task makes is shared with the caller', async () => {
  const array = await threads.submit((parent: SharedArray<'u8'>) => parent.rows(0, 1), SharedArray.from([[1, 2], [3, 4]], { dtype: 'u8' }))
  expect(array).toBeInstanceOf(SharedArray)
  expect(array.toArray()).toEqual([[1, 2]])
  array.set(9, 0, 0)
  expect(await threads.submit((given: SharedArray<'u8'>) => given.at(0, 0), array)).toBe(9)
})

test('tasks that add to one value lose nothing', async () => {
  const value = new Value('i64', 0n)
  const add = (target: Value<'i64'>): void => {
    for (let i = 0; i < 1000; i++) target.add(1n)
  }
  await Promise.all(Array.from({ length: 20 }, () => threads.submit(add, value)))
  expect(value.value).toBe(20_000n)
})

test('tasks of Parallel share it, with as many jobs as there are', async () => {
  const [input, output] = [SharedArray.f64(100), SharedArray.f64(100)]
  input.data.forEach((_, i) => input.set(i, i))
  const double = (from: SharedArray<'f64'>, to: SharedArray<'f64'>, i: number): void => to.set(from.at(i) * 2, i)
  for (const jobs of [1, 2, 5]) {
    await Parallel({ jobs })(Array.from(input, i => delayed(double)(input, output, i)))
    expect(output.toArray()).toEqual(Array.from({ length: 100 }, (_, i) => i * 2))
    output.fill(0)
  }
})

test('a process is refused it, with what to do instead', async () => {
  const error = await processes.submit((given: SharedArray<'f64'>) => given.length, SharedArray.f64(3)).exception()
  expect(error).toBeInstanceOf(SerializationError)
  expect(String(error)).toMatch(/memory that only threads share\. Hint: create it with \{ across: .processes. \}, run the task on threads, or send a copy/)
  expect(await processes.submit((given: Float64Array) => given.length, SharedArray.f64(3).data.slice())).toBe(3)
})
