import { setImmediate as turn } from 'node:timers/promises'
import { slot } from '@manyhands/base'
import { afterEach, describe, expect, test } from 'vitest'
import { chooseBackend } from '../src/backends/choose-backend.ts'
import { findBackend } from '../src/backends/registry.ts'
import { Parallel, type ParallelBackend, type ParallelEvent, parallelMap, registerBackend } from '../src/index.ts'
import { ManualBackend } from './support/manual-backend.ts'
import { double, doubled, manual, tasksOf } from './support/manual-call.ts'

declare module '../src/backends/registry.ts' {
  interface BackendNames {
    readonly machines: true
    readonly promised: true
  }
}

describe('capacity', () => {
  test.each([
    [-1, 10],
    [-3, 8],
    ['50%', 5],
    [4, 4],
  ] as const)('jobs %s of a backend that can run 10 are %i', async (jobs, expected) => {
    const { backend, options } = manual({ jobs })
    const result = Parallel({ ...options, backend: Object.assign(backend, { capacity: async () => 10 }) })(tasksOf(1))
    await backend.batch(0)
    await backend.runAll()
    expect(await result).toEqual([0])
    expect(backend.contexts[0]?.jobs).toBe(expected)
  })

  test('is asked for after configure, which gets what was asked for', async () => {
    const { backend, options } = manual({ jobs: '50%' })
    const seen: unknown[] = []
    const ready = Promise.withResolvers<void>()
    const cluster = Object.assign(backend, {
      configure: (wanted: unknown) => (seen.push(wanted), ready.promise),
      capacity: async () => (seen.push('capacity'), 6),
    })
    const result = Parallel({ ...options, backend: cluster })(tasksOf(1))
    await turn()
    expect(seen).toEqual(['50%'])
    ready.resolve()
    await backend.batch(0)
    await backend.runAll()
    await result
    expect(seen).toEqual(['50%', 'capacity'])
    expect(backend.contexts[0]?.jobs).toBe(3)
  })

  test('of 0 fails the call', async () => {
    const { backend, options } = manual({ jobs: -1 })
    const empty = Object.assign(backend, { capacity: async () => 0 })
    await expect(Parallel({ ...options, backend: empty })(tasksOf(1))).rejects.toThrow('has no active worker')
  })

  test('that fails, and effectiveJobs that throws, fail the call', async () => {
    const { backend, options } = manual()
    const broken = Object.assign(backend, { capacity: () => Promise.reject(new Error('no answer')) })
    await expect(Parallel({ ...options, backend: broken })(tasksOf(1))).rejects.toThrow('no answer')
    const other = manual()
    other.backend.effectiveJobs = () => {
      throw new Error('cannot count')
    }
    await expect(Parallel(other.options)(tasksOf(1))).rejects.toThrow('cannot count')
  })

  test('call-start reports the jobs that the backend has when it is ready', async () => {
    const { backend, options } = manual({ jobs: -1 })
    const events: ParallelEvent[] = []
    const { subscribe, unsubscribe } = await import('node:diagnostics_channel')
    const note = (event: unknown): void => void events.push(event as ParallelEvent)
    subscribe('manyhands:call-start', note)
    const result = Parallel({ ...options, backend: Object.assign(backend, { capacity: async () => 7 }) })(tasksOf(1))
    expect(events).toEqual([])
    await backend.batch(0)
    await backend.runAll()
    await result
    unsubscribe('manyhands:call-start', note)
    expect(events).toMatchObject([{ type: 'call-start', jobs: 7 }])
  })
})

describe('configure', () => {
  test('its signal is aborted when the call is aborted while it waits', async () => {
    const { backend, options } = manual()
    let given: AbortSignal | undefined
    const slow = Object.assign(backend, {
      configure: (_wanted: unknown, { signal }: { readonly signal: AbortSignal }) => {
        given = signal
        return new Promise<void>(() => {})
      },
    })
    const abort = new AbortController()
    const result = Parallel({ ...options, backend: slow, signal: abort.signal })(tasksOf(1))
    expect(given?.aborted).toBe(false)
    abort.abort('enough')
    await expect(result).rejects.toMatchObject({ name: 'CancelledError', cause: 'enough' })
    expect(given?.aborted).toBe(true)
    expect(backend.contexts).toEqual([])
  })

  test('its signal is aborted when the consumer leaves while it waits', async () => {
    const { backend, options } = manual()
    const given = Promise.withResolvers<AbortSignal>()
    const slow = Object.assign(backend, {
      configure: (_wanted: unknown, { signal }: { readonly signal: AbortSignal }) => (
        given.resolve(signal),
        new Promise<void>(() => {})
      ),
    })
    const stream = Parallel({ ...options, backend: slow }).stream(tasksOf(1))
    const signal = await given.promise
    await stream.return()
    expect(signal.aborted).toBe(true)
  })
})

describe('jobs of a call', () => {
  test('are read anew each time it sends: more workers get more batches, fewer get fewer', async () => {
    const { backend, options } = manual({ jobs: 2, batchSize: 1 })
    const result = Parallel(options)(tasksOf(100))
    const queued = (): number => backend.batches.filter(batch => batch.state === 'queued').length
    expect(queued()).toBe(4)
    backend.jobs = 5
    backend.batches[0]?.run()
    expect(queued()).toBe(10)
    backend.jobs = 1
    for (const batch of backend.batches.filter(({ state }) => state === 'queued').slice(0, 9)) batch.run()
    expect(queued()).toBe(2)
    await backend.runAll()
    expect(await result).toEqual(doubled(100))
  })

  test('none for a while leave one batch under way, so that the call goes on', async () => {
    const { backend, options } = manual({ jobs: 2, batchSize: 1 })
    const result = Parallel(options)(tasksOf(10))
    backend.jobs = 0
    await backend.runAll()
    expect(await result).toEqual(doubled(10))
  })
})

test('batches are bounded by the bytes that the backend counts', async () => {
  const { backend, options } = manual({ preDispatch: 1 })
  backend.capabilities = { ...backend.capabilities, idealBatchBytes: 1000 }
  const result = Parallel(options)(tasksOf(1000))
  for (let i = 0; i < backend.batches.length; i++) {
    const batch = backend.batches[i]
    batch?.run(batch.size * 0.0001, batch.size * 100)
  }
  expect(await result).toEqual(doubled(1000))
  expect(Math.max(...backend.sizes)).toBe(10)
})

describe('stop', () => {
  test('leaving a stream waits until nothing of the call runs', async () => {
    const { backend, options } = manual()
    const stopped = Promise.withResolvers<void>()
    backend.onStop = () => stopped.promise
    const stream = Parallel(options).stream(tasksOf(10))
    await Promise.all([stream.next(), Promise.resolve(backend.batches[0]?.run())])
    let left = false
    const leaving = stream.return().then(() => (left = true))
    await turn()
    expect([backend.stopped, left]).toEqual([1, false])
    stopped.resolve()
    await leaving
  })

  test('one that fails is a warning, not an unhandled rejection', async () => {
    const { backend, options } = manual()
    backend.onStop = () => Promise.reject(new Error('no answer to stop'))
    const warned = new Promise<Error>(resolve => process.once('warning', resolve))
    const result = Parallel(options)(tasksOf(1))
    await backend.runAll()
    expect(await result).toEqual([0])
    expect((await warned).message).toBe('no answer to stop')
  })

  test('one that throws, and a handle that throws, are warnings: the call settles', async () => {
    const { backend, options } = manual()
    const warnings: string[] = []
    const note = (warning: Error): void => void warnings.push(warning.message)
    process.on('warning', note)
    backend.onStop = () => {
      throw new Error('stop threw')
    }
    const abort = new AbortController()
    const result = Parallel({ ...options, signal: abort.signal })(tasksOf(1))
    abort.abort('enough')
    await expect(result).rejects.toMatchObject({ name: 'CancelledError', cause: 'enough' })

    const other = manual()
    const failing = Parallel(other.options)(tasksOf(10))
    for (const batch of other.backend.batches) {
      batch.cancel = () => {
        throw new Error('cancel threw')
      }
    }
    other.backend.batches[0]?.fail(new RangeError('the task'))
    await expect(failing).rejects.toThrow('the task')
    await turn()
    process.off('warning', note)
    expect(warnings).toEqual(['stop threw', 'cancel threw'])
  })
})

test('every backend of the package runs a task at most once', () => {
  for (const name of ['inline', 'async', 'threads', 'processes'] as const) {
    expect(findBackend(name).capabilities.delivery).toBe('at-most-once')
  }
})

describe('a backend of a third kind', () => {
  const holder = slot('pool.worker', () => ({ state: undefined as unknown }))
  const before = holder.state
  afterEach(() => {
    holder.state = before
  })

  const machines = (): ParallelBackend =>
    Object.assign(new ManualBackend(), {
      name: 'machines',
      workerKind: 'machine',
      nested: (level: number) => (level === 1 ? 'processes' : 'inline'),
    })

  test('decides what a nested call runs on in its workers', () => {
    const unregister = registerBackend('machines', machines)
    holder.state = { kind: 'machine', id: 0, level: 1 }
    expect(chooseBackend(undefined, { backend: 'threads' }).name).toBe('processes')
    expect(chooseBackend(undefined, { backend: 'machines' }).name).toBe('processes')
    expect(chooseBackend(undefined, { backend: 'async' }).name).toBe('async')
    holder.state = { kind: 'machine', id: 0, level: 2 }
    expect(chooseBackend(undefined, { backend: 'machines' }).name).toBe('inline')
    unregister()
  })

  test('is not made for a nested call in a worker of another kind', () => {
    const unregister = registerBackend('machines', () => expect.unreachable('made'))
    holder.state = { kind: 'process', id: 0, level: 1 }
    expect(chooseBackend(undefined, { backend: 'processes' }).name).toBe('threads')
    unregister()
  })

  test('J36 with shared memory is not replaced when that is required', async () => {
    const backend = new ManualBackend()
    backend.capabilities = { ...backend.capabilities, sharedMemory: true }
    const result = parallelMap([1], double, { backend, require: 'shared-memory' })
    await backend.runAll()
    expect(await result).toEqual([2])
  })
})

describe('an async method of a backend where its result is used at once', () => {
  const refused = (method: string) =>
    new RegExp(`^${method} of backend \`manual\` must not be async, it returned a promise: `)

  test.each(['effectiveJobs', 'startCall'] as const)('%s fails the call', async method => {
    const { backend, options } = manual()
    const promising = Object.assign(backend, { [method]: async () => 1 })
    await expect(Parallel({ ...options, backend: promising })(tasksOf(1))).rejects.toThrow(refused(method))
  })

  test('submit fails the call', async () => {
    const { backend, options } = manual()
    const start = backend.startCall.bind(backend)
    backend.startCall = context => Object.assign(start(context), { submit: async () => ({}) as never })
    await expect(Parallel(options)(tasksOf(1))).rejects.toThrow(refused('submit'))
  })

  test('what makes a registered backend fails the call', () => {
    const unregister = registerBackend('promised', (async () => new ManualBackend()) as never)
    const message = 'make, given to registerBackend, must not be async, it returned a promise'
    expect(() => Parallel({ backend: 'promised' })(tasksOf(1))).toThrow(message)
    unregister()
  })
})
