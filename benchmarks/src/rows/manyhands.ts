import type { Kind, OpenRow, Row } from '../row.ts'
import { burn, echo, inc } from '../workers/tasks.mjs'

const operations = { inc, echo, burn, bounce: echo } as unknown as Readonly<Record<string, (x: unknown) => unknown>>

function executorRow(name: string, kind: Kind & ('thread' | 'process')): Row {
  return {
    name,
    library: 'manyhands',
    kind,
    async open({ workers, operation }): Promise<OpenRow> {
      const { ProcessPoolExecutor, ThreadPoolExecutor } = await import('@manyhands/pool')
      const pool =
        kind === 'thread'
          ? new ThreadPoolExecutor({ maxWorkers: workers })
          : new ProcessPoolExecutor({ maxWorkers: workers })
      const fn = operations[operation] as (x: unknown) => unknown
      const row = { run: (x: unknown) => pool.submit(fn, x), close: () => pool.shutdown() }
      if (operation !== 'bounce' || kind === 'process') return row
      const { bounce } = await import('../workers/manyhands.mjs')
      return { ...row, runTransfer: x => pool.with({ transfer: [x.buffer] }).submit(bounce, x) }
    },
  }
}

function parallelRow(name: string, backend: 'threads' | 'processes', kind: Kind): Row {
  return {
    name,
    library: 'manyhands',
    kind,
    sections: ['throughput'],
    async open({ workers, operation }): Promise<OpenRow> {
      const { Parallel, delayed } = await import('@manyhands/parallel')
      const parallel = Parallel({ jobs: workers, backend })
      const task = delayed(operations[operation] as (x: unknown) => unknown)
      const runMany = (xs: readonly unknown[]): Promise<readonly unknown[]> => parallel(xs.map(x => task(x)))
      // The workers belong to the process, idle ones do not keep it alive.
      return { run: async x => (await runMany([x]))[0], runMany, close: () => {} }
    },
  }
}

export const manyhandsRows: readonly Row[] = [
  executorRow('manyhands threads', 'thread'),
  executorRow('manyhands processes', 'process'),
  parallelRow('manyhands Parallel threads', 'threads', 'thread'),
  parallelRow('manyhands Parallel processes', 'processes', 'process'),
]
