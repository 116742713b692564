import type { Row } from '../row.ts'

type Fn = () => unknown

/** Ways to bring a function, and data, to a worker: the section calls `run` with a function. */
export const closureRows: readonly Row[] = [
  {
    name: 'manyhands closures',
    library: 'manyhands',
    kind: 'thread',
    sections: ['closures'],
    async open() {
      const { ThreadPoolExecutor } = await import('@manyhands/pool')
      const pool = new ThreadPoolExecutor({ maxWorkers: 1 })
      return { run: fn => pool.submit(fn as Fn), close: () => pool.shutdown() }
    },
  },
  {
    name: 'workerpool inline',
    library: 'workerpool',
    kind: 'thread',
    sections: ['closures'],
    async open() {
      const { default: library } = await import('workerpool')
      const pool = library.pool({ workerType: 'thread', minWorkers: 1, maxWorkers: 1 })
      return { run: fn => pool.exec(fn as Fn, []) as unknown, close: () => pool.terminate(true) }
    },
  },
  {
    name: 'fn.toString()',
    library: 'closures',
    kind: 'limit',
    sections: ['closures'],
    open: () => Promise.resolve({ run: () => undefined, close: () => {} }),
  },
  {
    name: 'structuredClone',
    library: 'closures',
    kind: 'limit',
    sections: ['closures'],
    open: () => Promise.resolve({ run: () => undefined, close: () => {} }),
  },
]
