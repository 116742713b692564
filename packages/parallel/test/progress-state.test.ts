import { describe, expect, test } from 'vitest'
import type { ParallelEvent } from '../src/index.ts'
import { ProgressState } from '../src/progress/progress-state.ts'

type Details<E> = E extends ParallelEvent ? Omit<E, 'call' | 'time'> : never

function started(options: { total?: number; jobs?: number } = {}) {
  const state = new ProgressState({ desc: 'work' })
  const at = (time: number, details: Details<ParallelEvent>) => state.apply({ ...details, call: 1, time })
  at(1000, { type: 'call-start', backend: 'threads', jobs: options.jobs ?? 2, total: options.total })
  return { state, at }
}

test('it counts tasks that are done, not those that were sent', () => {
  const { state, at } = started({ total: 10 })
  at(1001, { type: 'batch-dispatch', batch: 0, first: 0, tasks: 4 })
  at(1001, { type: 'batch-dispatch', batch: 1, first: 4, tasks: 4 })
  expect([state.dispatched, state.done, state.running]).toEqual([8, 0, 2])
  at(1100, { type: 'tasks-end', tasks: 4 })
  at(1100, { type: 'batch-end', batch: 0, tasks: 4, durationMs: 90, worker: { kind: 'thread', id: 1 } })
  expect([state.dispatched, state.done, state.running]).toEqual([8, 4, 1])
})

test('no more than jobs are running, however many batches are under way', () => {
  const { state, at } = started({ jobs: 2 })
  for (let batch = 0; batch < 4; batch++) at(1001, { type: 'batch-dispatch', batch, first: batch, tasks: 1 })
  expect(state.running).toBe(2)
})

test('failures and further attempts are counted', () => {
  const { state, at } = started()
  at(1001, { type: 'task-retry', index: 3, attempt: 2, delayMs: 0, error: new Error('x') })
  at(1002, { type: 'task-fail', index: 3, error: new Error('x') })
  at(1002, { type: 'call-stop', outcome: 'failed', error: new Error('x') })
  expect([state.retried, state.failed, state.outcome]).toEqual([1, 1, 'failed'])
})

test('workers are credited with their batches', () => {
  const { state, at } = started()
  const [one, two] = [
    { kind: 'thread', id: 1 },
    { kind: 'thread', id: 0 },
  ]
  for (const worker of [one, two, one]) at(1100, { type: 'batch-end', batch: 0, tasks: 5, durationMs: 40, worker })
  expect(state.workers).toEqual([
    { kind: 'thread', id: 0, done: 5, busyMs: 40 },
    { kind: 'thread', id: 1, done: 10, busyMs: 80 },
  ])
})

test('the total of the options wins over the length of the input', () => {
  const state = new ProgressState({ total: 7 })
  state.apply({ type: 'call-start', call: 1, time: 0, backend: 'inline', jobs: 1, total: undefined })
  expect(state.total).toBe(7)
})

describe('rate and time left', () => {
  test('are not told before as many tasks are done as there are jobs', () => {
    const { state, at } = started({ total: 100, jobs: 4 })
    at(1600, { type: 'tasks-end', tasks: 3 })
    state.tick(1600)
    expect([state.rate, state.etaMs]).toEqual([undefined, undefined])
    at(1700, { type: 'tasks-end', tasks: 1 })
    expect(state.rate).toBeGreaterThan(0)
  })

  test('come from what was done a second', () => {
    const { state, at } = started({ total: 100 })
    at(2000, { type: 'tasks-end', tasks: 10 })
    state.tick(2000)
    expect([state.rate, state.etaMs]).toEqual([10, 9000])
  })

  test('move slowly when the speed changes', () => {
    const { state, at } = started({ total: 1000 })
    at(2000, { type: 'tasks-end', tasks: 10 })
    state.tick(2000)
    at(3000, { type: 'tasks-end', tasks: 20 })
    state.tick(3000)
    expect(state.rate).toBeCloseTo(0.3 * 20 + 0.7 * 10)
  })

  test('the time left counts down while nothing ends', () => {
    const { state, at } = started({ total: 100 })
    at(2000, { type: 'tasks-end', tasks: 10 })
    state.tick(2000)
    state.tick(5000)
    expect(state.etaMs).toBe(6000)
    state.tick(60_000)
    expect(state.etaMs).toBe(0)
  })

  test('tasks that take longer than a sample do not make the rate jump', () => {
    const { state, at } = started({ total: 100, jobs: 2 })
    for (let t = 6000; t <= 21_000; t += 5000) {
      at(t, { type: 'tasks-end', tasks: 2 })
      for (let now = t; now < t + 5000; now += 100) state.tick(now)
    }
    expect(state.rate).toBeCloseTo(0.4)
  })

  test('there is no time left without a total', () => {
    const { state, at } = started()
    at(2000, { type: 'tasks-end', tasks: 10 })
    state.tick(2000)
    expect([state.rate, state.etaMs]).toEqual([10, undefined])
  })

  test('at the end the rate is the mean and the clock stops', () => {
    const { state, at } = started({ total: 10 })
    at(2000, { type: 'tasks-end', tasks: 8 })
    state.tick(2000)
    at(5000, { type: 'tasks-end', tasks: 2 })
    at(5000, { type: 'call-stop', outcome: 'done', error: undefined })
    state.tick(9000)
    expect([state.elapsedMs, state.rate, state.etaMs]).toEqual([4000, 2.5, undefined])
  })
})

test('utilisation is the part of all jobs that was spent in tasks', () => {
  const { state, at } = started({ jobs: 2 })
  at(2000, { type: 'batch-end', batch: 0, tasks: 1, durationMs: 900, worker: undefined })
  at(2000, { type: 'batch-end', batch: 1, tasks: 1, durationMs: 600, worker: undefined })
  expect(state.utilisation).toBe(0.75)
})
