import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { origin } from '@manyhands/base'
import { Region, replace, revive } from '@manyhands/core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ShareableList, SharedArray, Value } from '../src/index.ts'
import { texts } from './tasks/texts.ts'
import { dehydrate, own, rehydrate } from './tasks/travel.ts'

let workers: readonly Worker[]

beforeAll(() => {
  workers = [1, 2].map(() => new Worker(new URL('tasks/worker.ts', import.meta.url)))
})

afterAll(async () => {
  await Promise.all(workers.map(worker => worker.terminate()))
})

async function run(index: number, operation: string, ...args: unknown[]): Promise<unknown> {
  const worker = workers[index] as Worker
  const answer = once(worker, 'message')
  worker.postMessage([operation, dehydrate(args)])
  return ((await answer) as unknown[])[0]
}

test('a thread writes to the memory of the caller', async () => {
  const array = SharedArray.from([
    [1, 2],
    [3, 4],
  ])
  expect(await run(0, 'double', array)).toBe('f64 [2, 2]')
  expect(array.toArray()).toEqual([
    [2, 4],
    [6, 8],
  ])
})

test('rows travel as a view of the same memory', async () => {
  const array = SharedArray.from([
    [1, 2],
    [3, 4],
    [5, 6],
  ])
  expect(await run(0, 'double', array.rows(1, 2))).toBe('f64 [1, 2]')
  expect(array.toArray()).toEqual([
    [1, 2],
    [6, 8],
    [5, 6],
  ])
})

test('an array that a thread receives twice is one object there', async () => {
  const array = SharedArray.f64(3)
  expect(await run(0, 'same', array, array)).toBe(true)
  expect(await run(0, 'same', array, array.rows(0))).toBe(true)
  expect(await run(0, 'same', array, array.rows(1))).toBe(false)
  const value = new Value('i32')
  expect(await run(0, 'same', value, value)).toBe(true)
  expect(await run(0, 'same', value, new Value('i32'))).toBe(false)
})

test('an array that comes home is the one that left', () => {
  const array = SharedArray.f64(3)
  const value = new Value('f64')
  const classes = { ...own, Region }
  expect(rehydrate(structuredClone(dehydrate(array)), classes)).toBe(array)
  expect(rehydrate(structuredClone(dehydrate(value)), classes)).toBe(value)
})

test('a revived array is like one that was made here', () => {
  const stranger = dehydrate(SharedArray.f64([2, 2], { across: 'threads' })) as {
    state: { region: { state: { id: string } } }
  }
  stranger.state.region.state.id = 'made in another thread'
  const array = rehydrate(structuredClone(stranger), { ...own, Region }) as SharedArray<'f64'>
  expect(Object.isFrozen(array.shape)).toBe(true)
  expect(array.toArray()).toEqual([
    [0, 0],
    [0, 0],
  ])
})

test('the handle does not grow with the array', () => {
  const [large, small] = [9_999_999, 1_000_000].map(
    length => JSON.stringify(dehydrate(SharedArray.f64([length]))).length,
  ) as [number, number]
  expect(large).toBeLessThan(small + 8)
})

test('threads that add to one value lose nothing', async () => {
  const value = new Value('i32', 0)
  await Promise.all([run(0, 'count', value, 20_000), run(1, 'count', value, 20_000)])
  expect(value.value).toBe(40_000)
})

test.each([SharedArray, Value])('$name says where a worker finds it', async maker => {
  const { tag, module, name } = maker[origin]
  expect(tag).toMatch(/^mh:/)
  const exports = (await import(module)) as Record<string, unknown>
  expect(exports[name]).toBe(maker)
  expect(revive in maker).toBe(true)
  expect(replace in maker.prototype).toBe(true)
})

test('an element of a list that two threads write is read as one of them has written it', async () => {
  const list = new ShareableList([texts[0] as string, false])
  const { name } = list.memory
  const reader = new Worker(new URL('tasks/worker.ts', import.meta.url))
  const garbage = once(reader, 'message')
  const writing = [run(0, 'writeTexts', name, 0), run(1, 'writeTexts', name, 2)]
  reader.postMessage(['readTexts', dehydrate([name, 2000])])
  expect(await garbage).toEqual([[]])
  await Promise.all([...writing, reader.terminate()])
  list.memory.unlink()
})
