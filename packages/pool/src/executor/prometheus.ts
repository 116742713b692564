import type { Histogram } from 'node:perf_hooks'
import { describeValue, markOwn } from '@manyhands/base'
import type { ExecutorStats } from '../dispatch/measurements.ts'
import { poolOrigin } from '../entry-url.ts'

/** What has statistics: an executor. */
interface Measured {
  stats(): ExecutorStats
}

type Labels = Readonly<Record<string, string>>

interface Sample {
  readonly labels: Labels
  readonly value: number
  /** Behind the name of the metric. */
  readonly suffix?: string
}

interface Metric {
  readonly name: string
  readonly type: 'gauge' | 'counter' | 'summary'
  readonly help: string
  readonly samples: (stats: ExecutorStats) => readonly Sample[]
}

const one = (value: number): readonly Sample[] => [{ labels: {}, value }]

const metrics: readonly Metric[] = [
  { name: 'workers', type: 'gauge', help: 'Workers that are there.', samples: ({ workers }) => one(workers) },
  {
    name: 'busy_workers',
    type: 'gauge',
    help: 'Workers that run something.',
    samples: ({ busyWorkers }) => one(busyWorkers),
  },
  {
    name: 'worker_exits_total',
    type: 'counter',
    help: 'Workers that are gone.',
    samples: ({ exitedWorkers }) => one(exitedWorkers),
  },
  { name: 'queued_tasks', type: 'gauge', help: 'Tasks that wait for a worker.', samples: ({ queued }) => one(queued) },
  {
    name: 'running_tasks',
    type: 'gauge',
    help: 'Tasks that were sent to workers.',
    samples: ({ running }) => one(running),
  },
  {
    name: 'tasks_total',
    type: 'counter',
    help: 'Tasks that workers have answered for.',
    samples: ({ completed, failed }) => [
      { labels: { outcome: 'value' }, value: completed - failed },
      { labels: { outcome: 'error' }, value: failed },
    ],
  },
  {
    name: 'utilization_ratio',
    type: 'gauge',
    help: 'Share of their time that workers spent in tasks.',
    samples: ({ utilization }) => one(utilization),
  },
  {
    name: 'task_wait_seconds',
    type: 'summary',
    help: 'Time that the first task of a message waited.',
    samples: ({ waitUs }) => summary(waitUs),
  },
  {
    name: 'task_run_seconds',
    type: 'summary',
    help: 'Time that a task ran, as measured in its worker.',
    samples: ({ runUs }) => summary(runUs),
  },
]

/**
 * The statistics of executors in the text format of Prometheus: what an endpoint `/metrics` answers. The times count
 * from the first call.
 *
 * ```ts
 * const pool = new ThreadPoolExecutor({ maxWorkers: 1 })
 * await pool.submit(() => 1)
 * console.log(prometheusText({ thumbnails: pool }).split('\n')[2]) // manyhands_workers{executor="thumbnails"} 1
 * ```
 *
 * @param executors - by the name that the label `executor` is to have
 * @throws TypeError when one of them is no executor
 * @see https://prometheus.io/docs/instrumenting/exposition_formats
 */
export function prometheusText(executors: Readonly<Record<string, Measured>>): string {
  const all = Object.entries(executors).map(([name, executor]) => {
    if (typeof (executor as Measured | undefined)?.stats !== 'function') {
      throw new TypeError(`prometheusText takes { name: executor }, got ${name}: ${describeValue(executor)}`)
    }
    return { name, stats: executor.stats() }
  })
  const lines: string[] = []
  for (const { name: metric, type, help, samples } of metrics) {
    const full = `manyhands_${metric}`
    lines.push(`# HELP ${full} ${help}`, `# TYPE ${full} ${type}`)
    for (const { name, stats } of all) {
      for (const { labels, value, suffix = '' } of samples(stats)) {
        lines.push(`${full}${suffix}${labelled({ executor: name, ...labels })} ${value}`)
      }
    }
  }
  return `${lines.join('\n')}\n`
}

function summary(histogram: Histogram): readonly Sample[] {
  const { count } = histogram
  const quantiles = [0.5, 0.9, 0.99].map(quantile => ({
    labels: { quantile: String(quantile) },
    value: count === 0 ? Number.NaN : histogram.percentile(quantile * 100) / 1e6,
  }))
  return [
    ...quantiles,
    { labels: {}, suffix: '_sum', value: count === 0 ? 0 : (histogram.mean * count) / 1e6 },
    { labels: {}, suffix: '_count', value: count },
  ]
}

function labelled(labels: Labels): string {
  const escape = (value: string): string =>
    value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')
  return `{${Object.entries(labels)
    .map(([name, value]) => `${name}="${escape(value)}"`)
    .join()}}`
}

markOwn(prometheusText, () => poolOrigin('prometheusText'))
