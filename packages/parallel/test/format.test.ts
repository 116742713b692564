import stringWidth from 'string-width'
import { expect, test } from 'vitest'
import { barLine, formatRate, formatTime, workerLine } from '../src/progress/format.ts'
import { ProgressState } from '../src/progress/progress-state.ts'

function state(done: number, total: number | undefined, { desc = 'svm grid', failed = 0 } = {}): ProgressState {
  const made = new ProgressState({ desc })
  made.apply({ type: 'call-start', call: 1, time: 0, backend: 'processes', jobs: 2, total })
  for (const batch of [0, 1]) made.apply({ type: 'batch-dispatch', call: 1, time: 0, batch, first: 0, tasks: 1 })
  made.apply({ type: 'tasks-end', call: 1, time: 4000, tasks: done })
  for (let i = 0; i < failed; i++) made.apply({ type: 'task-fail', call: 1, time: 4000, index: i, error: undefined })
  made.tick(4000)
  return made
}

test('times are minutes and seconds, with hours when there are any', () => {
  expect([formatTime(0), formatTime(65_400), formatTime(3_725_000)]).toEqual(['00:00', '01:05', '1:02:05'])
  expect([formatTime(25_740, true), formatTime(59_960, true)]).toEqual(['00:25.7', '01:00.0'])
})

test('rates keep two digits', () => {
  expect([0.042, 0.5, 3.94, 22.1, 140.4, 12_340, 2.5e7].map(rate => formatRate(rate, 'task'))).toEqual([
    '0.04 task/s',
    '0.5 task/s',
    '3.9 task/s',
    '22 task/s',
    '140 task/s',
    '12k task/s',
    '25M task/s',
  ])
})

test('a bar on 100 columns', () => {
  expect(barLine(state(56, 100, { failed: 1 }), 100)).toBe(
    'svm grid  57%│█████████████████▏            │   57/100 [00:04<00:03, 14 task/s] ▶ 2/2 ✗ 1 processes',
  )
})

test('a narrow bar leaves out the end of the line first, then itself', () => {
  expect(barLine(state(57, 100), 60)).toBe('svm grid  57%│█████▊    │   57/100 [00:04<00:03, 14 task/s]')
  expect(barLine(state(57, 100), 40)).toBe('svm grid  57%  57/100 [00:04<00:03, 14')
})

test.each([20, 40, 60, 80, 100, 200])('no line is wider than %i columns', columns => {
  for (const done of [0, 3, 100]) {
    expect(barLine(state(done, 100, { desc: 'a long description of this' }), columns).length).toBeLessThan(columns)
  }
})

test('a wide character takes two columns', () => {
  const desc = '訓練 👩‍👩‍👧'
  expect(barLine(state(57, 100, { desc }), 60)).toBe(`${desc}  57%│██▉  │   57/100 [00:04<00:03, 14 task/s] ▶ 2/2`)
  for (const columns of [4, 6, 7, 20]) {
    expect(stringWidth(barLine(state(57, 100, { desc }), columns))).toBeLessThan(columns)
  }
})

test('without a total there is a count and a rate', () => {
  expect(barLine(state(57, undefined), 80)).toBe('svm grid 57 [00:04, 14 task/s] ▶ 2/2 processes')
})

test('an empty input is all done', () => {
  expect(barLine(state(0, 0, { desc: '' }), 60)).toContain('100%│')
})

test('a worker has a row', () => {
  const made = state(57, 100)
  made.apply({
    type: 'batch-end',
    call: 1,
    time: 4000,
    batch: 0,
    tasks: 39,
    durationMs: 3840,
    worker: { kind: 'process', id: 0, pid: 41_230 },
  })
  const [worker] = made.workers
  expect(worker && workerLine(worker, made, 80)).toBe('  worker 0 process 41230        39 done  busy  96%')
})
