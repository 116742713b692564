import { expect, test } from 'vitest'
import { sectionTable } from '../src/report.ts'
import { collect, toResultRows } from '../src/results.ts'
import type { Row } from '../src/row.ts'
import type { SectionDefinition } from '../src/section.ts'
import { median, quantile } from '../src/statistics.ts'

const section: SectionDefinition = {
  name: 'latency',
  title: '',
  metrics: [{ name: 'p50us', unit: 'us', better: 'lower' }],
  kinds: ['thread'],
  measure: async () => ({ values: {}, notes: [] }),
}

const row = (name: string, library: string, kind: Row['kind'] = 'thread'): Row => ({
  name,
  library,
  kind,
  open: async () => ({ run: () => {}, close: () => {} }),
})
const measured = (of: Row, ...values: number[]): ReturnType<typeof collect> =>
  collect(
    of,
    values.map(value => ({ values: { p50us: value }, notes: [] })),
  )

test('the median is the middle value, or the mean of both', () => {
  expect(median([3, 1, 2])).toBe(2)
  expect(median([4, 1, 2, 3])).toBe(2.5)
  expect(median([])).toBeNaN()
  expect(quantile([1, 2, 3, 4, 5, 6, 7, 8, 9, 10], 0.9)).toBe(10)
})

test('ratios are to the raw row of the same kind and to the best peer of it', () => {
  const results = [
    measured(row('raw worker_threads', 'raw'), 40, 50, 60),
    measured(row('raw fork advanced', 'raw', 'process'), 100),
    measured(row('manyhands threads', 'manyhands'), 10),
    measured(row('slow', 'slow'), 200),
    measured(row('quick', 'quick'), 25),
    measured(row('other kind', 'other', 'process'), 5),
  ]
  const lines = sectionTable(section, results).split('\n').slice(2)
  expect(lines).toEqual([
    '| other kind | process | 5 |  | 0.0500 | 1.00 | 1 |  |',
    '| manyhands threads | thread | 10 |  | 0.200 | 0.400 | 1 |  |',
    '| quick | thread | 25 |  | 0.500 | 1.00 | 1 |  |',
    '| raw worker_threads | thread | 50 | 40..60 | 1.00 | 2.00 | 3 |  |',
    '| raw fork advanced | process | 100 |  | 1.00 | 20.0 | 1 |  |',
    '| slow | thread | 200 |  | 4.00 | 8.00 | 1 |  |',
  ])
})

test('a row that failed is last, with its note, and not in the file', () => {
  const results = [
    collect(row('broken', 'broken'), [{ values: {}, notes: ['failed'] }]),
    measured(row('raw worker_threads', 'raw'), 1, 3),
  ]
  expect(sectionTable(section, results).split('\n').at(-1)).toBe('| broken | thread |  |  |  |  | 0 | failed |')
  expect(toResultRows(section, results)).toEqual([
    { section: 'latency', row: 'raw worker_threads', metric: 'p50us', value: 2, unit: 'us', repeats: 2 },
  ])
})
