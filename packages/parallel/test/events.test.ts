import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { setImmediate as turn } from 'node:timers/promises'
import { afterEach, expect, test, vi } from 'vitest'
import { delayed, Parallel, type ParallelEvent, parallelMap, type ProgressState } from '../src/index.ts'
import { ManualBackend } from './support/manual-backend.ts'

const types = [
  'call-start',
  'batch-dispatch',
  'batch-begin',
  'tasks-end',
  'task-fail',
  'task-retry',
  'batch-end',
  'call-stop',
] as const
const cleanups: (() => void)[] = []
afterEach(() => {
  for (const cleanup of cleanups.splice(0)) cleanup()
})

function record(which: readonly ParallelEvent['type'][] = types): ParallelEvent[] {
  const events: ParallelEvent[] = []
  for (const type of which) {
    const note = (event: unknown) => void events.push(event as ParallelEvent)
    subscribe(`manyhands:${type}`, note)
    cleanups.push(() => unsubscribe(`manyhands:${type}`, note))
  }
  return events
}

const without = ({ call: _call, time: _time, ...rest }: ParallelEvent) => rest

test('the story of a call', async () => {
  const events = record()
  const backend = new ManualBackend()
  const result = parallelMap([1, 2, 3], x => x, { backend, jobs: 1, batchSize: 2, preDispatch: 1 })
  backend.batches[0]?.sink.onBegin?.({ kind: 'manual', id: 0 })
  await backend.runAll(5)
  await result
  const worker = { kind: 'manual', id: 0 }
  expect(events.map(without)).toEqual([
    { type: 'call-start', backend: 'manual', jobs: 1, total: 3 },
    { type: 'batch-dispatch', batch: 0, first: 0, tasks: 2 },
    { type: 'batch-begin', batch: 0, worker },
    { type: 'tasks-end', tasks: 2 },
    { type: 'batch-end', batch: 0, tasks: 2, durationMs: 10, worker },
    { type: 'batch-dispatch', batch: 1, first: 2, tasks: 1 },
    { type: 'tasks-end', tasks: 1 },
    { type: 'batch-end', batch: 1, tasks: 1, durationMs: 5, worker },
    { type: 'call-stop', outcome: 'done', error: undefined },
  ])
  expect(new Set(events.map(event => event.call)).size).toBe(1)
  expect(events.map(event => event.time)).toEqual(events.map(event => event.time).toSorted((a, b) => a - b))
})

test('failures and retries are told', async () => {
  const events = record(['task-fail', 'task-retry', 'call-stop'])
  const backend = new ManualBackend()
  const result = parallelMap([1, 2], x => x, { backend, retries: 1, retryDelayMs: 1 })
  const [first, second] = [new Error('first'), new Error('second')]
  backend.batches[1]?.fail(first)
  ;(await backend.batch(2)).fail(second)
  await expect(result).rejects.toBe(second)
  expect(events.map(without)).toEqual([
    { type: 'task-retry', index: 1, attempt: 2, delayMs: 1, error: first },
    { type: 'task-fail', index: 1, error: second },
    { type: 'call-stop', outcome: 'failed', error: second },
  ])
})

test.each(['aborted', 'left'] as const)('a call may stop because it was %s', async outcome => {
  const events = record(['call-stop'])
  const backend = new ManualBackend()
  const abort = new AbortController()
  const stream = Parallel({ backend, signal: abort.signal }).stream([delayed(() => 1)()])
  if (outcome === 'aborted') abort.abort()
  else await stream.return()
  await stream.next().catch(() => {})
  expect(events).toMatchObject([{ type: 'call-stop', outcome }])
})

test('workers are asked to report the begin of a batch only while someone subscribes', async () => {
  const backend = new ManualBackend()
  const run = async () => {
    const result = parallelMap([1], x => x, { backend, progress: { renderer: { update() {} } } })
    await backend.runAll()
    await result
    return backend.batches.at(-1)?.sink.onBegin !== undefined
  }
  expect(await run()).toBe(false)
  record(['batch-begin'])
  expect(await run()).toBe(true)
})

test('results that come in one message are one event', async () => {
  const events = record(['tasks-end'])
  const backend = new ManualBackend()
  const result = parallelMap([1, 2, 3, 4], x => x, { backend, jobs: 1, batchSize: 4 })
  const sink = backend.batches[0]?.sink
  sink?.onValue(0, 1)
  sink?.onValue(1, 1)
  await turn()
  sink?.onValue(2, 1)
  sink?.onValue(3, 1)
  backend.batches[0]?.finish(1)
  await result
  expect(events).toMatchObject([{ tasks: 2 }, { tasks: 2 }])
})

test('a renderer of your own is called at the start and at the end, however short the call', async () => {
  const backend = new ManualBackend()
  const seen: unknown[] = []
  const renderer = {
    update: ({ done, total, desc, outcome }: ProgressState) => void seen.push({ done, total, desc, outcome }),
  }
  const result = parallelMap([1, 2], x => x, { backend, progress: { renderer, desc: 'work' } })
  await backend.runAll()
  await result
  expect(seen).toEqual([
    { done: 0, total: 2, desc: 'work', outcome: undefined },
    { done: 2, total: 2, desc: 'work', outcome: 'done' },
  ])
})

test('what a renderer throws becomes a warning, and the call goes on', async () => {
  const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
  cleanups.push(() => warn.mockRestore())
  const backend = new ManualBackend()
  const update = vi.fn(() => {
    throw new Error('cannot draw')
  })
  const result = parallelMap([1, 2], x => x, { backend, progress: { renderer: { update } } })
  await backend.runAll()
  expect(await result).toEqual([1, 2])
  expect(update).toHaveBeenCalledTimes(1)
  expect(warn).toHaveBeenCalledWith(new Error('cannot draw'))
})

test('an async renderer is not called while it draws, and sees the end', async () => {
  const backend = new ManualBackend()
  const outcomes: unknown[] = []
  const { promise: drawn, resolve: finish } = Promise.withResolvers<void>()
  const ended = Promise.withResolvers<void>()
  const renderer = {
    async update({ outcome }: ProgressState): Promise<void> {
      outcomes.push(outcome)
      if (outcome !== undefined) ended.resolve()
      await drawn
    },
  }
  const result = parallelMap([1, 2], x => x, { backend, progress: { renderer } })
  await backend.runAll()
  await result
  expect(outcomes).toEqual([undefined])
  finish()
  await ended.promise
  expect(outcomes).toEqual([undefined, 'done'])
})

test('what an async renderer rejects with becomes a warning, and it is not called again', async () => {
  const warned = Promise.withResolvers<unknown>()
  const warn = vi.spyOn(process, 'emitWarning').mockImplementation(warned.resolve)
  cleanups.push(() => warn.mockRestore())
  const backend = new ManualBackend()
  const update = vi.fn(() => Promise.reject(new Error('cannot draw')))
  const result = parallelMap([1, 2], x => x, { backend, progress: { renderer: { update } } })
  expect(await warned.promise).toEqual(new Error('cannot draw'))
  await backend.runAll()
  expect(await result).toEqual([1, 2])
  expect(update).toHaveBeenCalledTimes(1)
})

test('an input of unknown length takes its total from the options', async () => {
  const backend = new ManualBackend()
  const totals: unknown[] = []
  const renderer = { update: ({ total }: ProgressState) => void totals.push(total) }
  const result = parallelMap(
    (function* () {
      yield 1
    })(),
    x => x,
    { backend, progress: { renderer, total: 50 } },
  )
  await backend.runAll()
  await result
  expect(totals).toEqual([50, 50])
})
