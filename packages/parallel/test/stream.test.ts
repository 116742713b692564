import { setImmediate as turn } from 'node:timers/promises'
import { CancelledError } from '@manyhands/core'
import { describe, expect, test } from 'vitest'
import { delayed, Parallel, type ParallelOptions } from '../src/index.ts'
import { collect } from './support/collect.ts'
import { ManualBackend } from './support/manual-backend.ts'

const double = (x: number) => 2 * x
const throwWhileClosing = () => {
  throw new Error('while closing')
}
const tasksOf = (count: number) => Array.from({ length: count }, (_, i) => delayed(double)(i))

function* endless(pulled: number[] = [], closed: string[] = []) {
  try {
    for (let i = 0; ; i++) {
      pulled.push(i)
      yield delayed(double)(i)
    }
  } finally {
    closed.push('closed')
  }
}

function manual(options: ParallelOptions = {}) {
  const backend = new ManualBackend()
  return { backend, parallel: Parallel({ backend, jobs: 2, ...options }) }
}

test('J29 an ordered stream yields results in the order of the tasks', async () => {
  const { backend, parallel } = manual()
  const stream = parallel.stream(tasksOf(4))
  for (const batch of backend.batches.toReversed()) batch.run()
  expect(await collect(stream)).toEqual([0, 2, 4, 6])
})

test('an unordered stream yields results as they come, with their positions', async () => {
  const { backend, parallel } = manual()
  const stream = parallel.stream(tasksOf(4), { ordered: false })
  for (const batch of backend.batches.toReversed()) batch.run()
  expect(await collect(stream)).toEqual([3, 2, 1, 0].map(index => ({ index, value: 2 * index })))
})

test('it begins when it is made, not when it is first asked', () => {
  const { backend, parallel } = manual()
  parallel.stream(tasksOf(4))
  expect(backend.batches).toHaveLength(4)
})

describe('a slow consumer', () => {
  test('stops the pull: a task counts until its result was taken', async () => {
    const { backend, parallel } = manual({ batchSize: 2 })
    const pulled: number[] = []
    const stream = parallel.stream(endless(pulled))
    expect(pulled).toHaveLength(8)
    for (const batch of backend.batches) batch.run()
    await turn()
    expect(pulled).toHaveLength(8)
    expect(await stream.next()).toEqual({ done: false, value: 0 })
    expect(pulled).toHaveLength(8)
    expect(await stream.next()).toEqual({ done: false, value: 2 }) // the second of its batch
    expect(pulled).toHaveLength(10)
    await stream.return()
  })

  test('a slow first task stops it too, when results come in order', async () => {
    const { backend, parallel } = manual({ batchSize: 1 })
    const pulled: number[] = []
    const stream = parallel.stream(endless(pulled))
    for (const batch of backend.batches.slice(1)) batch.run()
    const first = stream.next()
    await turn()
    expect(pulled).toHaveLength(4)
    backend.batches[0]?.run()
    expect(await first).toEqual({ done: false, value: 0 })
    await stream.return()
  })

  test('a slow first task stops nothing when results come as they are', async () => {
    const { backend, parallel } = manual({ batchSize: 1 })
    const pulled: number[] = []
    const stream = parallel.stream(endless(pulled), { ordered: false })
    for (let i = 1; i < 20; i++) {
      ;(await backend.batch(i)).run()
      expect(await stream.next()).toEqual({ done: false, value: { index: i, value: 2 * i } })
    }
    expect(pulled.length).toBeGreaterThan(20)
    await stream.return()
  })

  test("does not stop the tasks with preDispatch: 'all'", async () => {
    const { backend, parallel } = manual({ preDispatch: 'all', batchSize: 1 })
    const stream = parallel.stream(tasksOf(10))
    await backend.runAll()
    expect(backend.batches).toHaveLength(10)
    expect(await collect(stream)).toHaveLength(10)
  })
})

describe('leaving early', () => {
  test.each([true, false])(
    'a loop that is left cancels what is queued, aborts what runs and closes the input (ordered: %s)',
    async ordered => {
      const { backend, parallel } = manual()
      const closed: string[] = []
      const stream = parallel.stream(endless([], closed), { ordered })
      const [first, second] = backend.batches
      if (second !== undefined) second.state = 'running'
      first?.run()
      for await (const _ of stream) break
      expect(closed).toEqual(['closed'])
      expect(backend.batches.map(batch => batch.state)).toEqual([
        'done',
        'aborted',
        'cancelled',
        'cancelled',
        'cancelled',
      ])
      expect(await stream.next()).toEqual({ done: true, value: undefined })
    },
  )

  test('await using does the same', async () => {
    const { backend, parallel } = manual()
    const stream = parallel.stream(endless())
    await stream[Symbol.asyncDispose]()
    expect(new Set(backend.batches.map(batch => batch.state))).toEqual(new Set(['cancelled']))
  })

  test('does not wait for an async input that never answers', async () => {
    const { parallel } = manual()
    async function* stuck() {
      yield delayed(double)(1)
      await new Promise(() => {})
    }
    const stream = parallel.stream(stuck())
    await turn()
    expect(await stream.return()).toEqual({ done: true, value: undefined })
  })

  test('tells what the input throws while it is closed', async () => {
    const { parallel } = manual()
    const input = {
      [Symbol.iterator]: () => ({
        next: () => ({ done: false, value: delayed(double)(1) }),
        return: throwWhileClosing,
      }),
    }
    await expect(parallel.stream(input).return()).rejects.toThrow('while closing')
  })

  test('ends those that wait for a result', async () => {
    const { parallel } = manual()
    const stream = parallel.stream(endless())
    const [one, two] = [stream.next(), stream.next()]
    await stream.return()
    expect([await one, await two]).toEqual([
      { done: true, value: undefined },
      { done: true, value: undefined },
    ])
  })

  test('after the end is fine', async () => {
    const { backend, parallel } = manual()
    const stream = parallel.stream(tasksOf(2))
    await backend.runAll()
    expect(await collect(stream)).toEqual([0, 2])
    expect(await stream.return()).toEqual({ done: true, value: undefined })
  })
})

describe('failure', () => {
  test('comes at once, before results that are held, and once', async () => {
    const { backend, parallel } = manual()
    const stream = parallel.stream(tasksOf(4))
    const error = new RangeError('own')
    backend.batches[0]?.run()
    backend.batches[1]?.fail(error)
    await expect(stream.next()).rejects.toBe(error)
    expect(await stream.next()).toEqual({ done: true, value: undefined })
  })

  test('reaches one who waits; others who wait see the end', async () => {
    const { backend, parallel } = manual()
    const stream = parallel.stream(tasksOf(4))
    const [one, two] = [stream.next(), stream.next()]
    backend.batches[2]?.fail(new Error('x'))
    await expect(one).rejects.toThrow('x')
    expect(await two).toEqual({ done: true, value: undefined })
  })

  test('of a stream that nobody reads disturbs nobody', async () => {
    const { backend, parallel } = manual()
    const seen: unknown[] = []
    const note = (error: unknown) => seen.push(error)
    process.on('unhandledRejection', note)
    parallel.stream(tasksOf(4))
    backend.batches[0]?.fail(new Error('x'))
    await turn()
    process.off('unhandledRejection', note)
    expect(seen).toEqual([])
  })

  test('an abort ends the stream with CancelledError', async () => {
    const abort = new AbortController()
    const { parallel } = manual({ signal: abort.signal })
    const stream = parallel.stream(endless())
    const waiting = stream.next()
    abort.abort('enough')
    await expect(waiting).rejects.toMatchObject({ name: 'CancelledError', cause: 'enough' })
    await expect(waiting).rejects.toBeInstanceOf(CancelledError)
  })
})

test('many may wait at a time, and are served in order', async () => {
  const { backend, parallel } = manual()
  const stream = parallel.stream(tasksOf(4))
  const waiting = Array.from({ length: 5 }, () => stream.next())
  for (const batch of backend.batches.toReversed()) batch.run()
  expect((await Promise.all(waiting)).map(({ value }) => value as unknown)).toEqual([0, 2, 4, 6, undefined])
})

test('results may be undefined', async () => {
  const { backend, parallel } = manual()
  const nothing = () => undefined
  const stream = parallel.stream([delayed(nothing)(), delayed(nothing)()])
  await backend.runAll()
  expect(await collect(stream)).toEqual([undefined, undefined])
})

test('an empty input gives an empty stream', async () => {
  const { parallel } = manual()
  expect(await collect(parallel.stream([]))).toEqual([])
})

test('a retried task takes its place', async () => {
  const { backend, parallel } = manual({ retries: 1 })
  const stream = parallel.stream(tasksOf(3))
  const [first, second, third] = backend.batches
  first?.fail(new Error('x'))
  second?.run()
  third?.run()
  ;(await backend.batch(3)).run()
  expect(await collect(stream)).toEqual([0, 2, 4])
})
