import { expect, test } from 'vitest'
import type { CallOutcome } from '../src/index.ts'
import { LinesRenderer } from '../src/progress/lines-renderer.ts'
import { ProgressState } from '../src/progress/progress-state.ts'

/** A call that is drawn for the first time 300 ms after it began. */
class Log {
  text = ''
  readonly state: ProgressState
  readonly #renderer = new LinesRenderer({ write: text => (this.text += text) })

  constructor(total: number | undefined, desc = 'svm grid') {
    this.state = new ProgressState({ desc, unit: 'fit' })
    this.state.apply({ type: 'call-start', call: 1, time: 0, backend: 'processes', jobs: 2, total })
    for (const batch of [0, 1]) {
      this.state.apply({ type: 'batch-dispatch', call: 1, time: 0, batch, first: 0, tasks: 1 })
    }
    this.draw(300)
  }

  draw(now: number): void {
    this.state.tick(now)
    this.#renderer.update(this.state)
  }

  done(now: number, tasks = 1): void {
    this.state.apply({ type: 'tasks-end', call: 1, time: now, tasks })
    this.draw(now)
  }

  stop(now: number, outcome: CallOutcome): void {
    this.state.apply({ type: 'call-stop', call: 1, time: now, outcome, error: undefined })
    this.#renderer.update(this.state)
  }
}

test('a line at the start, at each tenth, and at the end', () => {
  const log = new Log(40)
  for (let i = 1; i <= 40; i++) log.done(300 + i * 250)
  log.state.apply({
    type: 'batch-end',
    call: 1,
    time: 10_300,
    batch: 0,
    tasks: 40,
    durationMs: 20_000,
    worker: undefined,
  })
  log.stop(10_400, 'done')
  expect(log.text).toMatchInlineSnapshot(`
    "[parallel] svm grid: start, 40 to do, jobs 2 (processes)
    [parallel] svm grid:  4/40   10%  elapsed 00:01  eta 00:15  2.5 fit/s  busy 2/2
    [parallel] svm grid:  8/40   20%  elapsed 00:02  eta 00:10  3.3 fit/s  busy 2/2
    [parallel] svm grid: 12/40   30%  elapsed 00:03  eta 00:08  3.6 fit/s  busy 2/2
    [parallel] svm grid: 16/40   40%  elapsed 00:04  eta 00:06  3.8 fit/s  busy 2/2
    [parallel] svm grid: 20/40   50%  elapsed 00:05  eta 00:05  3.9 fit/s  busy 2/2
    [parallel] svm grid: 24/40   60%  elapsed 00:06  eta 00:04  4 fit/s  busy 2/2
    [parallel] svm grid: 28/40   70%  elapsed 00:07  eta 00:03  4 fit/s  busy 2/2
    [parallel] svm grid: 32/40   80%  elapsed 00:08  eta 00:02  4 fit/s  busy 2/2
    [parallel] svm grid: 36/40   90%  elapsed 00:09  eta 00:01  4 fit/s  busy 2/2
    [parallel] svm grid: done 40/40  elapsed 00:10.4  3.8 fit/s  utilisation 96%
    "
  `)
})

test('a line every 10 s when tasks are slow', () => {
  const log = new Log(100, '')
  for (let now = 400; now <= 35_000; now += 100) {
    if (now % 15_000 === 0) log.done(now)
    else log.draw(now)
  }
  expect(log.text).toMatchInlineSnapshot(`
    "[parallel] start, 100 to do, jobs 2 (processes)
    [parallel]   0/100    0%  elapsed 00:10  busy 2/2
    [parallel]   1/100    1%  elapsed 00:20  busy 2/2
    [parallel]   2/100    2%  elapsed 00:30  eta 24:30  0.07 fit/s  busy 2/2
    "
  `)
})

test('an input of unknown length is counted', () => {
  const log = new Log(undefined)
  log.done(5000, 1200)
  log.done(12_000, 800)
  log.stop(12_500, 'done')
  expect(log.text).toMatchInlineSnapshot(`
    "[parallel] svm grid: start, jobs 2 (processes)
    [parallel] svm grid: 2000  elapsed 00:12  202 fit/s  busy 2/2
    [parallel] svm grid: done 2000  elapsed 00:12.5  160 fit/s  utilisation 0%
    "
  `)
})

test('a failure is told at the end', () => {
  const log = new Log(100)
  log.done(1000, 5)
  log.state.apply({ type: 'task-retry', call: 1, time: 1100, index: 7, attempt: 2, delayMs: 0, error: undefined })
  log.state.apply({ type: 'task-fail', call: 1, time: 1200, index: 7, error: undefined })
  log.stop(1200, 'failed')
  expect(log.text.split('\n').at(-2)).toBe(
    '[parallel] svm grid: failed 6/100  elapsed 00:01.2  5 fit/s  failed 1  retries 1  utilisation 0%',
  )
})

test('lines are short and plain', () => {
  const log = new Log(1_000_000, 'a description')
  log.done(3_600_000, 123_456)
  log.stop(7_200_000, 'aborted')
  for (const line of log.text.split('\n')) expect(line).toMatch(/^[ -~]{0,99}$/)
})
