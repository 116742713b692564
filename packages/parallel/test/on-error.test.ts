import { BrokenPoolError, CancelledError, isParallelError, TasksFailedError, WorkerExitedError } from '@manyhands/core'
import { describe, expect, test } from 'vitest'
import { delayed, Parallel, parallelConfig, parallelMap, type ProgressState } from '../src/index.ts'
import { collect } from './support/collect.ts'
import { double, manual, tasksOf } from './support/manual-call.ts'

const backends = ['inline', 'async', 'threads', 'processes'] as const
const oddFails = (x: number): number => {
  if (x % 2 === 1) throw new RangeError(`odd: ${x}`)
  return x
}
const odd = (x: number) => ({ ok: false, error: expect.objectContaining({ name: 'RangeError', message: `odd: ${x}` }) })
const even = (value: number) => ({ ok: true, value })

describe.each(backends)('%s', backend => {
  const options = { backend, jobs: 2 }

  test("onError: 'collect' puts errors at the places of the results", async () => {
    const expected = [even(0), odd(1), even(2), odd(3)]
    const parallel = Parallel({ ...options, onError: 'collect' })
    expect(await parallelMap([0, 1, 2, 3], oddFails, { ...options, onError: 'collect' })).toEqual(expected)
    expect(await parallel([0, 1, 2, 3].map(x => delayed(oddFails)(x)))).toEqual(expected)
    expect(await collect(parallel.stream([0, 1, 2, 3].map(x => delayed(oddFails)(x))))).toEqual(expected)
    const unordered = await collect(
      parallel.stream(
        [0, 1, 2].map(x => delayed(oddFails)(x)),
        { ordered: false },
      ),
    )
    expect(unordered.toSorted((a, b) => a.index - b.index)).toEqual([
      { index: 0, value: even(0) },
      { index: 1, value: odd(1) },
      { index: 2, value: even(2) },
    ])
  })

  test("onError: 'defer' runs all, then rejects with everything", async () => {
    const error = await parallelMap([0, 1, 2, 3], oddFails, { ...options, onError: 'defer' }).catch((e: unknown) => e)
    expect(error).toBeInstanceOf(TasksFailedError)
    expect(isParallelError(error)).toBe(true)
    const failed = error as TasksFailedError
    expect(failed.message).toBe('2 of 4 tasks failed, the first is task 1: RangeError: odd: 1')
    expect(failed.results).toEqual([even(0), odd(1), even(2), odd(3)])
    expect(failed.failures).toEqual([
      { index: 1, error: odd(1).error },
      { index: 3, error: odd(3).error },
    ])
    expect(failed.errors).toEqual([odd(1).error, odd(3).error])
    expect(failed.cause).toBe(failed.errors[0])
    expect(failed.stack).toContain('called from')
    expect(await parallelMap([0, 2], oddFails, { ...options, onError: 'defer' })).toEqual([0, 2])
  })

  test('a fallback, also an async one, stands in for what failed', async () => {
    const seen: string[] = []
    const fallback = (error: unknown, index: number): string => {
      seen.push(`${index}: ${(error as Error).message}`)
      return `instead of ${index}`
    }
    const expected = [0, 'instead of 1', 2, 'instead of 3']
    expect(await parallelMap([0, 1, 2, 3], oddFails, { ...options, fallback })).toEqual(expected)
    expect(seen.toSorted((a, b) => a.localeCompare(b))).toEqual(['1: odd: 1', '3: odd: 3'])
    const later = async (error: unknown, index: number): Promise<string> => {
      await new Promise(setImmediate)
      return fallback(error, index)
    }
    const parallel = Parallel({ ...options, fallback: later, preDispatch: 1 })
    expect(await parallel([0, 1, 2, 3].map(x => delayed(oddFails)(x)))).toEqual(expected)
    expect(await collect(parallel.stream([0, 1, 2, 3].map(x => delayed(oddFails)(x))))).toEqual(expected)
  })
})

test.each(['threads', 'processes'] as const)(
  'a time limit and the exit of a worker are collected (%s)',
  async backend => {
    const endsBadly = (how: string): string => {
      if (how === 'exit') process.exit(3)
      while (how === 'late');
      return how
    }
    const outcomes = await parallelMap(['fine', 'exit', 'late', 'fine'], endsBadly, {
      backend,
      jobs: 1,
      timeoutMs: 2000,
      onError: 'collect',
    })
    expect(outcomes.map(({ ok, value, error }) => (ok ? value : (error as Error).name))).toEqual([
      'fine',
      'WorkerExitedError',
      'TaskTimeoutError',
      'fine',
    ])
  },
)

test('what cannot travel is an error of its task', async () => {
  const bad = { socket: new WeakRef({}) }
  const outcomes = await parallelMap([1, bad, 3], x => typeof x, { jobs: 1, onError: 'collect' })
  expect(outcomes.map(({ ok }) => ok)).toEqual([true, false, true])
  expect(outcomes[1]?.error).toMatchObject({ name: 'SerializationError' })
})

test('what an initializer throws is the error of each task behind it', async () => {
  const initializer = (): never => {
    throw new Error('no license')
  }
  const options = { backend: 'threads', jobs: 1, initializer } as const
  const failure = { ok: false, error: expect.objectContaining({ message: 'no license' }) }
  expect(await parallelMap([1, 2], x => x, { ...options, onError: 'collect' })).toEqual([failure, failure])
})

test('a task that returns an error has succeeded', async () => {
  const [outcome] = await parallelMap([1], () => new Error('as a value'), { jobs: 1, onError: 'collect' })
  expect(outcome).toMatchObject({ ok: true, value: { message: 'as a value' } })
})

describe('attempts come first', () => {
  test.each(['collect', 'defer'] as const)("onError: '%s' gets the last error", async onError => {
    const { backend, options } = manual()
    const result = Parallel({ ...options, onError, retries: 1 })(tasksOf(1))
    backend.batches[0]?.fail(new Error('first'))
    ;(await backend.batch(1)).fail(new Error('last'))
    const failure = { ok: false, error: expect.objectContaining({ message: 'last' }) }
    if (onError === 'collect') expect(await result).toEqual([failure])
    else await expect(result).rejects.toMatchObject({ results: [failure] })
  })

  test('so does a fallback', async () => {
    const { backend, options } = manual()
    const result = Parallel({ ...options, fallback: (error: unknown) => error, retries: 1 })(tasksOf(1))
    backend.batches[0]?.fail(new Error('first'))
    ;(await backend.batch(1)).fail(new Error('last'))
    expect(await result).toEqual([expect.objectContaining({ message: 'last' })])
  })
})

describe('what ends each call', () => {
  const ways = [{ onError: 'collect' }, { onError: 'defer' }, { fallback: () => 0 }] as const

  test.each(ways)('an abort (%j)', async way => {
    const { options } = manual()
    const abort = new AbortController()
    const result = Parallel({ ...options, ...way, signal: abort.signal })(tasksOf(9))
    abort.abort('enough')
    await expect(result).rejects.toMatchObject({ name: 'CancelledError', cause: 'enough' })
  })

  test.each(ways)('a broken pool (%j)', async way => {
    const { backend, options } = manual()
    const result = Parallel({ ...options, ...way })(tasksOf(9))
    const error = new BrokenPoolError('gone')
    backend.batches[0]?.fail(error)
    await expect(result).rejects.toBe(error)
  })

  test.each(ways)('a backend that loses reports (%j)', async way => {
    const { backend, options } = manual()
    const result = Parallel({ ...options, ...way })(tasksOf(9))
    backend.batches[0]?.finish(1)
    await expect(result).rejects.toMatchObject({ name: 'InternalError' })
  })

  test.each(ways)('an error of the input (%j)', async way => {
    function* input() {
      yield 1
      throw new TypeError('from the input')
    }
    const { options } = manual()
    await expect(parallelMap(input(), double, { ...options, ...way })).rejects.toThrow('from the input')
  })

  test('but not the broken pool of a task', async () => {
    const broken = (): never => {
      throw new BrokenPoolError('a pool that the task had')
    }
    const [outcome] = await parallelMap([1], broken, { backend: 'threads', jobs: 1, onError: 'collect' })
    expect(outcome).toMatchObject({ ok: false, error: { name: 'BrokenPoolError' } })
  })
})

describe('a fallback', () => {
  test.each([false, true])('fails the call with what it throws (async: %s)', async isAsync => {
    const { backend, options } = manual()
    const error = new Error('from the fallback')
    const fallback = () => {
      if (isAsync) return Promise.reject(error)
      throw error
    }
    const result = Parallel({ ...options, fallback })(tasksOf(9))
    backend.batches[0]?.fail(new Error('x'))
    await expect(result).rejects.toBe(error)
    expect(backend.batches[1]?.state).toBe('cancelled')
  })

  test('that is waited for holds back the input, and the end', async () => {
    const { backend, options } = manual({ preDispatch: 1 })
    const asked = Promise.withResolvers<number>()
    const result = Parallel({ ...options, fallback: () => asked.promise })(tasksOf(2))
    backend.batches[0]?.fail(new Error('x'))
    await new Promise(setImmediate)
    // Its results are in an array, which takes them at once: the batch is done, the task is not.
    expect(backend.batches).toHaveLength(1)
    asked.resolve(7)
    ;(await backend.batch(1)).run()
    expect(await result).toEqual([7, 2])
  })

  test('is forgotten when the call is over sooner', async () => {
    const { backend, options } = manual()
    const asked = Promise.withResolvers<number>()
    const stream = Parallel({ ...options, fallback: () => asked.promise }).stream(tasksOf(3))
    backend.batches[0]?.fail(new Error('x'))
    await stream.return()
    asked.resolve(7)
    await asked.promise
    await new Promise(setImmediate)
    expect(await stream.next()).toEqual({ done: true, value: undefined })
  })
})

describe("a stream with onError: 'defer'", () => {
  test('passes over what failed and throws at its end, behind what it holds', async () => {
    const { backend, options } = manual({ batchSize: 1 })
    const stream = Parallel({ ...options, onError: 'defer' }).stream(tasksOf(4))
    const [first, second, third, fourth] = backend.batches
    fourth?.run()
    third?.fail(new Error('third'))
    first?.fail(new Error('first'))
    second?.run()
    expect(await stream.next()).toEqual({ done: false, value: 2 })
    expect(await stream.next()).toEqual({ done: false, value: 6 })
    await expect(stream.next()).rejects.toMatchObject({
      name: 'TasksFailedError',
      failures: [
        { index: 0, error: { message: 'first' } },
        { index: 2, error: { message: 'third' } },
      ],
      results: [],
    })
    expect(await stream.next()).toEqual({ done: true, value: undefined })
  })

  test('that has nothing else does not hang', async () => {
    const { backend, options } = manual()
    const stream = Parallel({ ...options, onError: 'defer' }).stream(tasksOf(1))
    const next = stream.next()
    backend.batches[0]?.fail(new Error('only'))
    await expect(next).rejects.toMatchObject({ name: 'TasksFailedError' })
  })

  test('an abort comes at once, and does not tell of errors', async () => {
    const abort = new AbortController()
    const { backend, options } = manual({ signal: abort.signal })
    const stream = Parallel({ ...options, onError: 'defer' }).stream(tasksOf(9))
    backend.batches[0]?.fail(new Error('first'))
    abort.abort()
    await expect(stream.next()).rejects.toBeInstanceOf(CancelledError)
  })
})

test('an error that crosses a worker keeps what it knows', async () => {
  const nested = async (): Promise<void> => {
    throw new TasksFailedError([{ index: 1, error: new RangeError('inner') }], [{ ok: true, value: 1 }], 2)
  }
  const error = await parallelMap([1], nested, { backend: 'processes', jobs: 1 }).catch((e: unknown) => e)
  expect(error).toBeInstanceOf(TasksFailedError)
  expect(error).toMatchObject({ failures: [{ index: 1, error: { name: 'RangeError' } }], errors: [{}] })
})

test('the end of a call that collects is reported as done, of one that defers as failed', async () => {
  for (const [onError, outcome] of [
    ['collect', 'done'],
    ['defer', 'failed'],
  ] as const) {
    const { backend, options } = manual()
    const states: unknown[] = []
    const update = (state: ProgressState): void => void states.push([state.done, state.failed, state.outcome])
    const result = Parallel({ ...options, onError, progress: { renderer: { update } } })(tasksOf(2))
    backend.batches[0]?.fail(new WorkerExitedError({ kind: 'thread', exitCode: 1, signal: null }))
    backend.batches[1]?.run()
    await result.catch(() => {})
    expect(states.at(-1)).toEqual([1, 1, outcome])
  }
})

test.each(['onError', 'fallback', 'onResult', 'seed', 'reuse'])('parallelConfig does not set %s', name => {
  expect(() => parallelConfig({ [name]: undefined }, () => {})).toThrow(
    new TypeError(
      `parallelConfig cannot set \`${name}\`, which belongs to one call: give it to Parallel or parallelMap`,
    ),
  )
})
