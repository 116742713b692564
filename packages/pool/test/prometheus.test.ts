import { expect, test } from 'vitest'
import { prometheusText, ThreadPoolExecutor } from '../src/index.ts'

test('statistics in the text format of Prometheus: each metric once, with a line for each executor', async () => {
  await using one = new ThreadPoolExecutor({ maxWorkers: 1 })
  await using other = new ThreadPoolExecutor({ maxWorkers: 1 })
  prometheusText({ one })
  await one.submit(() => 1)
  await one.submit(() => JSON.parse('{')).exception()
  const text = prometheusText({ one, 'a "quoted"\nname': other })
  const lines = text.split('\n')
  expect(lines.at(-1)).toBe('')
  expect(lines).toContain('manyhands_workers{executor="one"} 1')
  expect(lines).toContain('manyhands_workers{executor="a \\"quoted\\"\\nname"} 0')
  expect(lines).toContain('manyhands_tasks_total{executor="one",outcome="value"} 1')
  expect(lines).toContain('manyhands_tasks_total{executor="one",outcome="error"} 1')
  expect(lines).toContain('manyhands_task_run_seconds_count{executor="one"} 2')
  expect(lines.filter(line => line.startsWith('# TYPE manyhands_task_run_seconds '))).toHaveLength(1)
  const line = /^[a-z_]+\{[a-z]+="(?:[^"\\\n]|\\.)*"(?:,[a-z]+="[^"]*")*\} (?:\d+(?:\.\d+)?(?:e-?\d+)?|NaN)$/
  for (const sample of lines.slice(0, -1).filter(each => !each.startsWith('#'))) expect(sample).toMatch(line)
})

test('what is no executor is refused by its name', () => {
  expect(() => prometheusText({ pool: 1 as never })).toThrow('got pool: 1')
})
