import { withCaptures } from '@manyhands/closure'
import { InternalError } from '@manyhands/core'
import { describe, expect, test } from 'vitest'
import { delayed, Parallel, parallelMap, type ParallelOptions } from '../src/index.ts'
import { costKeyOf } from '../src/scheduler/cost-key.ts'
import { doubled, manual, tasksOf } from './support/manual-call.ts'

describe('batches', () => {
  test('start with one task, and the tail is spread', async () => {
    const { backend, options } = manual()
    const result = Parallel(options)(tasksOf(200))
    expect(backend.sizes).toEqual([1, 1, 1, 1])
    await backend.runAll(0.1)
    expect(await result).toEqual(doubled(200))
    const { sizes } = backend
    expect(Math.max(...sizes)).toBeGreaterThan(8)
    expect(Math.max(...sizes)).toBeLessThanOrEqual(50)
    expect(sizes.slice(-4)).toEqual([1, 1, 1, 1])
  })

  test('of slow tasks hold one', async () => {
    const { backend, options } = manual()
    const result = Parallel(options)(tasksOf(20))
    await backend.runAll(10)
    expect(await result).toEqual(doubled(20))
    expect(new Set(backend.sizes)).toEqual(new Set([1]))
  })

  test('do not put a function of unknown cost behind others', async () => {
    const { backend, options } = manual({ preDispatch: 1 })
    const unknown = (x: number) => x
    const result = Parallel(options)([...tasksOf(40), delayed(unknown)(1), ...tasksOf(40)])
    await backend.runAll(0.001)
    expect(await result).toHaveLength(81)
    const alone = backend.batches.filter(
      ({ batch }) => 'calls' in batch && batch.calls.some(call => call.fn === unknown),
    )
    expect(alone.map(batch => batch.size)).toEqual([1])
  })

  test('of functions that are made anew for each task grow as those of one function', async () => {
    const { backend, options } = manual({ preDispatch: 1 })
    const result = Parallel(options)(Array.from({ length: 200 }, (_, i) => delayed(() => i)()))
    await backend.runAll(0.001)
    expect(await result).toHaveLength(200)
    expect(backend.sizes.slice(0, 4)).toEqual([1, 8, 64, 100])
  })

  test('tell bound functions and wrappers apart by their names', () => {
    const f = (x: number) => x
    const g = (x: number) => 2 * x
    expect(costKeyOf(f.bind(null))).toBe(costKeyOf(f.bind(null, 1)))
    expect(costKeyOf(f.bind(null))).not.toBe(costKeyOf(g.bind(null)))
    expect(costKeyOf(withCaptures(f, {}))).not.toBe(costKeyOf(withCaptures(g, {})))
  })

  test('have the size that was asked for', async () => {
    const { backend, options } = manual({ batchSize: 7 })
    const result = Parallel(options)(tasksOf(16))
    await backend.runAll()
    expect(await result).toEqual(doubled(16))
    expect(backend.sizes).toEqual([7, 7, 2])
  })

  test('hold one task when there is a time limit, whatever was asked for', async () => {
    const { backend, options } = manual({ batchSize: 7, timeoutMs: 500 })
    const result = Parallel(options)(tasksOf(5))
    await backend.runAll()
    expect(await result).toEqual(doubled(5))
    expect(new Set(backend.sizes)).toEqual(new Set([1]))
    expect(new Set(backend.batches.map(batch => batch.options.timeoutMs))).toEqual(new Set([500]))
  })

  test('of a map hold items and where they begin, not an object per item', async () => {
    const { backend, options } = manual({ batchSize: 4 })
    const fn = (item: string, index: number) => `${item}${index}`
    const result = parallelMap(['a', 'b', 'c', 'd', 'e'], fn, options)
    expect(backend.batches.map(({ batch }) => batch)).toEqual([
      { fn, items: ['a', 'b', 'c', 'd'], firstIndex: 0 },
      { fn, items: ['e'], firstIndex: 4 },
    ])
    await backend.runAll()
    expect(await result).toEqual(['a0', 'b1', 'c2', 'd3', 'e4'])
  })

  test('may end in any order', async () => {
    const { backend, options } = manual({ batchSize: 2 })
    const result = Parallel(options)(tasksOf(6))
    for (const batch of backend.batches.toReversed()) batch.run()
    expect(await result).toEqual(doubled(6))
  })

  test('that a backend ends without a report for each task fail the call instead of hanging it', async () => {
    const { backend, options } = manual({ batchSize: 2 })
    const result = Parallel(options)(tasksOf(2))
    backend.batches[0]?.sink.onValue(0, 1)
    backend.batches[0]?.finish(1)
    await expect(result).rejects.toThrow(InternalError)
  })
})

test('one Parallel may run several calls at a time', async () => {
  const { backend, options } = manual()
  const parallel = new Parallel(options)
  const [one, two] = [parallel(tasksOf(3)), parallel(tasksOf(5))]
  await backend.runAll()
  expect(await one).toEqual(doubled(3))
  expect(await two).toEqual(doubled(5))
})

test('options are read when a call starts', async () => {
  const { backend, options } = manual({ batchSize: 1 })
  const changing: { -readonly [K in keyof ParallelOptions]: ParallelOptions[K] } = options
  const parallel = Parallel(changing)
  changing.batchSize = 5
  const result = parallel(tasksOf(5))
  expect(backend.sizes).toEqual([5])
  await backend.runAll()
  await result
})
