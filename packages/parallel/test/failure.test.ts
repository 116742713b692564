import { getEventListeners } from 'node:events'
import { setImmediate as turn } from 'node:timers/promises'
import { CancelledError, isParallelError, TaskTimeoutError, WorkerExitedError } from '@manyhands/core'
import { describe, expect, test } from 'vitest'
import { delayed, Parallel, parallelMap } from '../src/index.ts'
import type { ManualBatch } from './support/manual-backend.ts'
import { double, manual, tasksOf } from './support/manual-call.ts'

const throwWhileClosing = () => {
  throw new Error('while closing')
}

describe('failure', () => {
  test("the call rejects at once with the task's own error", async () => {
    const { backend, options } = manual()
    const result = Parallel(options)(tasksOf(100))
    const error = new RangeError('own')
    backend.batches[1]?.fail(error)
    await expect(result).rejects.toBe(error)
    expect(backend.batches[0]?.state).toBe('cancelled')
    expect(backend.stopped).toBe(1)
  })

  test('what is queued is cancelled before what runs is aborted with 100 ms of grace', async () => {
    const { backend, options } = manual()
    const result = Parallel(options)(tasksOf(100))
    const [first, second, third, fourth] = backend.batches as [ManualBatch, ManualBatch, ManualBatch, ManualBatch]
    first.state = second.state = 'running'
    const error = new Error('x')
    first.fail(error)
    await expect(result).rejects.toBe(error)
    expect([second.state, third.state, fourth.state]).toEqual(['aborted', 'cancelled', 'cancelled'])
    expect(second.graceMs).toBe(100)
    expect(second.abortReason).toBeInstanceOf(CancelledError)
    expect(second.abortReason).toMatchObject({ cause: error })
  })

  test('results that come afterwards are ignored', async () => {
    const { backend, options } = manual()
    const result = Parallel(options)(tasksOf(100))
    backend.batches[0]?.fail(new Error('first'))
    backend.batches[1]?.fail(new Error('second'))
    backend.batches[2]?.run()
    await expect(result).rejects.toThrow('first')
    expect(backend.batches).toHaveLength(4)
  })

  test('the input is closed', async () => {
    const { backend, options } = manual()
    const closed: string[] = []
    function* input() {
      try {
        for (;;) yield 1
      } finally {
        closed.push('sync')
      }
    }
    async function* asyncInput() {
      try {
        for (;;) yield 1
      } finally {
        closed.push('async')
      }
    }
    const one = parallelMap(input(), double, options)
    backend.batches[0]?.fail(new Error('x'))
    await expect(one).rejects.toThrow('x')
    const two = parallelMap(asyncInput(), double, options)
    ;(await backend.batch(4)).fail(new Error('y'))
    await expect(two).rejects.toThrow('y')
    await turn()
    expect(closed).toEqual(['sync', 'async'])
  })

  test('what the input says to being closed does not hide the error', async () => {
    const { backend, options } = manual()
    const input = { [Symbol.iterator]: () => ({ next: () => ({ done: false, value: 1 }), return: throwWhileClosing }) }
    const result = parallelMap(input, double, options)
    backend.batches[0]?.fail(new Error('the task'))
    await expect(result).rejects.toThrow('the task')
  })

  test('any value may be thrown', async () => {
    const { backend, options } = manual()
    const result = Parallel(options)(tasksOf(2))
    backend.batches[0]?.fail(undefined)
    await expect(result).rejects.toBe(undefined)
  })

  test('an error of the input surfaces as itself and aborts what runs', async () => {
    const { backend, options } = manual()
    const error = new TypeError('from the input')
    function* input() {
      yield 1
      yield 2
      throw error
    }
    const result = parallelMap(input(), double, options)
    await expect(result).rejects.toBe(error)
    expect(backend.batches.map(batch => batch.state)).toEqual(['cancelled', 'cancelled'])
  })

  test('an error of an async input, later, too', async () => {
    const { backend, options } = manual()
    const error = new TypeError('from the input')
    async function* input() {
      yield 1
      await turn()
      throw error
    }
    await expect(parallelMap(input(), double, options)).rejects.toBe(error)
    expect(backend.batches[0]?.state).toBe('cancelled')
  })

  test('what a backend throws at being given a batch is the error of the call', async () => {
    const { backend, options } = manual()
    const error = new Error('cannot be sent')
    backend.startCall = ({ jobs }) => ({
      jobs,
      submit: () => {
        throw error
      },
      stop: () => {},
    })
    await expect(Parallel(options)(tasksOf(2))).rejects.toBe(error)
  })

  test('a task that is not delayed is named by its position', async () => {
    const { options } = manual()
    const notDelayed = (tasks: unknown[]) => Parallel(options)(tasks as never[])
    await expect(notDelayed([...tasksOf(3), 5])).rejects.toThrow(
      new TypeError('task 3 is not a delayed call: 5. Write delayed(fn)(...args)'),
    )
    await expect(notDelayed([delayed(double)])).rejects.toThrow(/task 0 .* call it with the arguments/)
    await expect(notDelayed([Promise.resolve(1)])).rejects.toThrow(/task 0 .* has run the function already/)
    await expect(notDelayed([null])).rejects.toThrow('task 0 is not a delayed call: null')
  })
})

describe('abort', () => {
  test('rejects with CancelledError and the reason', async () => {
    const { backend, options } = manual()
    const abort = new AbortController()
    const result = Parallel({ ...options, signal: abort.signal })(tasksOf(100))
    const [first] = backend.batches
    if (first !== undefined) first.state = 'running'
    abort.abort('enough')
    await expect(result).rejects.toMatchObject({
      name: 'CancelledError',
      code: 'ERR_MANYHANDS_CANCELLED',
      cause: 'enough',
    })
    expect(backend.batches.map(batch => batch.state)).toEqual(['aborted', 'cancelled', 'cancelled', 'cancelled'])
  })

  test('before the call: nothing is pulled', async () => {
    const { backend, options } = manual({ signal: AbortSignal.abort('no') })
    let pulled = 0
    function* input() {
      pulled++
      yield 1
    }
    await expect(parallelMap(input(), double, options)).rejects.toMatchObject({ cause: 'no' })
    expect([pulled, backend.batches.length]).toEqual([0, 0])
  })

  test('from within the input: the input is closed and nothing more is sent', async () => {
    const abort = new AbortController()
    const { backend, options } = manual({ signal: abort.signal })
    let closed = false
    function* input() {
      try {
        yield 1
        abort.abort()
        yield 2
      } finally {
        closed = true
      }
    }
    await expect(parallelMap(input(), double, options)).rejects.toThrow(CancelledError)
    expect([closed, backend.batches.length]).toEqual([true, 1])
  })

  test('a signal that outlives many calls keeps nothing of them', async () => {
    const { signal } = new AbortController()
    for (let i = 0; i < 3; i++) {
      const { backend, options } = manual({ signal })
      const result = Parallel(options)(tasksOf(3))
      await backend.runAll()
      await result
    }
    expect(getEventListeners(signal, 'abort')).toEqual([])
  })
})

describe('retries', () => {
  test('a task that fails runs again, alone, and the call succeeds', async () => {
    const { backend, options } = manual({ batchSize: 4, retries: 2 })
    let failures = 2
    const flaky = (x: number) => {
      if (x === 2 && failures-- > 0) throw new Error('not yet')
      return 2 * x
    }
    const result = parallelMap([0, 1, 2, 3], flaky, options)
    backend.batches[0]?.run()
    expect((await backend.batch(1)).batch).toEqual({ fn: flaky, items: [2], firstIndex: 2 })
    backend.batches[1]?.run()
    ;(await backend.batch(2)).run()
    expect(await result).toEqual([0, 2, 4, 6])
    expect(backend.sizes).toEqual([4, 1, 1])
  })

  test('the last error is told when no attempt is left', async () => {
    const { backend, options } = manual({ retries: 1 })
    const result = Parallel(options)(tasksOf(1))
    backend.batches[0]?.fail(new Error('first'))
    ;(await backend.batch(1)).fail(new Error('second'))
    await expect(result).rejects.toThrow('second')
  })

  test('the exit of a worker is tried again', async () => {
    const { backend, options } = manual({ retries: 1 })
    const result = Parallel(options)(tasksOf(1))
    backend.batches[0]?.fail(new WorkerExitedError({ kind: 'thread', exitCode: 1, signal: null, threadId: 1 }))
    ;(await backend.batch(1)).run()
    expect(await result).toEqual([0])
  })

  test.each([new TaskTimeoutError('double', 5), new CancelledError()])('$name is not tried again', async error => {
    expect(isParallelError(error)).toBe(true)
    const { backend, options } = manual({ retries: 5 })
    const result = Parallel(options)(tasksOf(1))
    backend.batches[0]?.fail(error)
    await expect(result).rejects.toBe(error)
    expect(backend.batches).toHaveLength(1)
  })

  test('the delay doubles', async () => {
    const { backend, options } = manual({ retries: 2, retryDelayMs: 20 })
    const result = Parallel(options)(tasksOf(1))
    const waits: number[] = []
    for (let i = 0; i < 2; i++) {
      const batch = await backend.batch(i)
      const failedAt = performance.now()
      batch.fail(new Error('x'))
      await backend.batch(i + 1)
      waits.push(performance.now() - failedAt)
    }
    backend.batches[2]?.run()
    expect(await result).toEqual([0])
    expect(waits[0]).toBeGreaterThan(18)
    expect(waits[1]).toBeGreaterThan(38)
  })

  test('a task that waits for its next attempt counts for how far the input is pulled', async () => {
    const { backend, options } = manual({ preDispatch: 1, retries: 1, retryDelayMs: 60_000 })
    const abort = new AbortController()
    const result = Parallel({ ...options, signal: abort.signal })(tasksOf(5))
    backend.batches[0]?.fail(new Error('x'))
    await turn()
    expect(backend.batches).toHaveLength(1)
    abort.abort()
    await expect(result).rejects.toThrow(CancelledError)
  })
})

describe('a backend', () => {
  test('J38 without a worker fails the call', async () => {
    const { backend, options } = manual()
    backend.effectiveJobs = () => 0
    await expect(Parallel(options)(tasksOf(1))).rejects.toThrow('backend `manual` has no active worker')
  })

  test('that must be made ready is waited for', async () => {
    const { backend, options } = manual()
    const ready = Promise.withResolvers<void>()
    const asked: number[] = []
    const configured = Object.assign(backend, { configure: (jobs: number) => (asked.push(jobs), ready.promise) })
    const result = Parallel({ ...options, backend: configured })(tasksOf(2))
    await turn()
    expect([asked, backend.batches.length]).toEqual([[2], 0])
    ready.resolve()
    await backend.batch(0)
    await backend.runAll()
    expect(await result).toEqual([0, 2])
  })

  test('that cannot be made ready fails the call', async () => {
    const { backend, options } = manual()
    const configured = Object.assign(backend, { configure: () => Promise.reject(new Error('no server')) })
    await expect(Parallel({ ...options, backend: configured })(tasksOf(2))).rejects.toThrow('no server')
  })

  test('that cannot limit the time of a task refuses timeoutMs at the call', () => {
    const { backend, options } = manual({ timeoutMs: 5 })
    backend.capabilities = { ...backend.capabilities, timeout: false }
    expect(() => Parallel(options)(tasksOf(1))).toThrow(
      new TypeError('backend `manual` cannot limit how long a task runs (timeoutMs)'),
    )
  })
})
