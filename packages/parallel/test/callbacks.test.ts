import { AsyncLocalStorage } from 'node:async_hooks'
import { describe, expect, test } from 'vitest'
import { type CallProgress, delayed, Parallel, parallelMap } from '../src/index.ts'
import { collect } from './support/collect.ts'
import { manual, tasksOf } from './support/manual-call.ts'

describe('onResult', () => {
  test('gets results in the order in which tasks are done, with their positions', async () => {
    const { backend, options } = manual({ batchSize: 1 })
    const seen: unknown[] = []
    const result = Parallel({ ...options, onResult: (value, index) => void seen.push([index, value]) })(tasksOf(3))
    backend.batches[2]?.run()
    backend.batches[0]?.run()
    backend.batches[1]?.run()
    expect(await result).toEqual([0, 2, 4])
    expect(seen).toEqual([
      [2, 4],
      [0, 0],
      [1, 2],
    ])
  })

  test('gets what stands in the results: outcomes, fallbacks, nothing of what is deferred', async () => {
    const fails = (x: number): number => {
      if (x === 1) throw new Error('one')
      return x
    }
    const seen: unknown[] = []
    const onResult = (result: unknown, index: number): void => void (seen[index] = result)
    const outcomes = await parallelMap([0, 1], fails, { jobs: 1, onError: 'collect', onResult })
    expect(seen.splice(0)).toEqual(outcomes)
    await parallelMap([0, 1], fails, { jobs: 1, fallback: () => 'instead', onResult })
    expect(seen.splice(0)).toEqual([0, 'instead'])
    await expect(parallelMap([0, 1], fails, { jobs: 1, onError: 'defer', onResult })).rejects.toThrow('1 of 2 tasks')
    expect(seen).toEqual([0])
  })

  test('runs in the async context of the caller', async () => {
    const storage = new AsyncLocalStorage<string>()
    const seen = new Set<unknown>()
    const note = (): void => void seen.add(storage.getStore())
    const fallback = (): number => (note(), 0)
    const fails = (): never => {
      throw new Error('x')
    }
    await storage.run('mine', () =>
      parallelMap([1, 2], fails, { backend: 'threads', jobs: 1, onResult: note, onProgress: note, fallback }),
    )
    expect([...seen]).toEqual(['mine'])
  })
})

describe('onProgress', () => {
  test('counts what is done and what has failed for good', async () => {
    const { backend, options } = manual({ batchSize: 1, retries: 1 })
    const seen: CallProgress[] = []
    const result = Parallel({ ...options, onError: 'collect', onProgress: state => void seen.push(state) })(tasksOf(3))
    backend.batches[0]?.run()
    backend.batches[1]?.fail(new Error('x'))
    backend.batches[2]?.run()
    ;(await backend.batch(3)).fail(new Error('x'))
    await result
    expect(seen).toEqual([
      { done: 1, failed: 0, total: 3 },
      { done: 2, failed: 0, total: 3 },
      { done: 2, failed: 1, total: 3 },
    ])
  })

  test('is called behind onResult, for a stream as well; the total may be unknown, or given', async () => {
    const seen: unknown[] = []
    function* tasks() {
      yield* tasksOf(2)
    }
    const options = {
      backend: 'inline',
      onResult: () => void seen.push('result'),
      onProgress: ({ done, total }: CallProgress) => void seen.push([done, total]),
    } as const
    await collect(Parallel(options).stream(tasks()))
    expect(seen.splice(0)).toEqual(['result', [1, undefined], 'result', [2, undefined]])
    await Parallel({ ...options, progress: { total: 2, renderer: 'silent' } })(tasks())
    expect(seen).toEqual(['result', [1, 2], 'result', [2, 2]])
  })
})

describe.each(['onResult', 'onProgress'] as const)('%s', name => {
  test.each(['inline', 'async', 'threads', 'processes'] as const)(
    'fails the call with what it throws (%s)',
    async backend => {
      const error = new Error(`from ${name}`)
      const fails = (): never => {
        throw error
      }
      const options = { backend, jobs: 2, [name]: fails }
      await expect(parallelMap([1, 2, 3], x => x, options)).rejects.toBe(error)
      const tasks = [1, 2, 3].map(x => delayed((y: number) => y)(x))
      await expect(collect(Parallel(options).stream(tasks))).rejects.toBe(error)
      expect(await parallelMap([1], x => x + 1, { backend, jobs: 2 })).toEqual([2])
    },
  )

  test('may not be async', async () => {
    const later = (): Promise<void> => Promise.resolve()
    await expect(parallelMap([1], x => x, { backend: 'inline', [name]: later })).rejects.toThrow(
      `${name} must not be async, it returned a promise: `,
    )
  })
})
