import { fileURLToPath } from 'node:url'
import { type Operation, type Row, workerUrl } from '../row.ts'
import { burn, echo, inc } from '../workers/tasks.mjs'

const operations = { inc, echo, burn, bounce: echo } as unknown as Readonly<Record<Operation, (x: unknown) => unknown>>
const pathOf = (name: string): string => fileURLToPath(workerUrl(name))

type Extra = Readonly<Record<string, unknown>>

function piscina(name: string, extra: Extra, variant: boolean): Row {
  return {
    name,
    library: 'piscina',
    kind: 'thread',
    variant,
    async open({ workers, operation }) {
      const { Piscina } = await import('piscina')
      const pool = new Piscina({
        filename: workerUrl('piscina.mjs').href,
        minThreads: workers,
        maxThreads: workers,
        name: operation,
        ...extra,
      })
      return {
        run: x => pool.run(x),
        runTransfer: x => pool.run(x, { transferList: [x.buffer] }),
        close: () => pool.destroy(),
      }
    },
  }
}

function tinypool(name: string, kind: 'thread' | 'process', extra: Extra, variant: boolean): Row {
  return {
    name,
    library: 'tinypool',
    kind,
    variant,
    async open({ workers, operation }) {
      const { Tinypool } = await import('tinypool')
      const pool = new Tinypool({
        filename: workerUrl('tinypool.mjs').href,
        minThreads: workers,
        maxThreads: workers,
        name: operation,
        ...extra,
      })
      return {
        run: x => pool.run(x) as unknown,
        ...(kind === 'thread'
          ? { runTransfer: (x: Float64Array<ArrayBuffer>) => pool.run(x, { transferList: [x.buffer] }) as unknown }
          : {}),
        close: () => pool.destroy(),
      }
    },
  }
}

function workerpool(name: string, kind: 'thread' | 'process', extra: Extra, variant: boolean, inline = false): Row {
  return {
    name,
    library: 'workerpool',
    kind,
    variant,
    async open({ workers, operation }) {
      const { default: library } = await import('workerpool')
      const options = { workerType: kind, minWorkers: workers, maxWorkers: workers, ...extra } as const
      const pool = inline ? library.pool(options) : library.pool(pathOf('workerpool.cjs'), options)
      const task = inline ? operations[operation] : operation
      return {
        run: x => pool.exec(task as string, [x]) as unknown,
        ...(kind === 'thread' && !inline
          ? {
              runTransfer: (x: Float64Array<ArrayBuffer>) =>
                pool.exec(operation, [x], { transfer: [x.buffer] }) as unknown,
            }
          : {}),
        close: () => pool.terminate(true),
      }
    },
  }
}

function poolifier(name: string, kind: 'thread' | 'process', extra: Extra, variant: boolean, dynamic = false): Row {
  return {
    name,
    library: 'poolifier',
    kind,
    variant,
    async open({ workers, operation }) {
      const library = await import('poolifier')
      const file = pathOf(`poolifier-${kind}.mjs`)
      const pool =
        kind === 'thread'
          ? dynamic
            ? new library.DynamicThreadPool(1, Math.max(2, workers), file, extra)
            : new library.FixedThreadPool(workers, file, extra)
          : dynamic
            ? new library.DynamicClusterPool(1, Math.max(2, workers), file, extra)
            : new library.FixedClusterPool(workers, file, extra)
      return {
        run: x => pool.execute(x, operation),
        ...(kind === 'thread'
          ? { runTransfer: (x: Float64Array<ArrayBuffer>) => pool.execute(x, operation, undefined, [x.buffer]) }
          : {}),
        close: () => pool.destroy(),
      }
    },
  }
}

function jestWorker(name: string, kind: 'thread' | 'process'): Row {
  return {
    name,
    library: 'jest-worker',
    kind,
    async open({ workers, operation }) {
      const { Worker } = await import('jest-worker')
      const farm = new Worker(pathOf('tasks.cjs'), {
        numWorkers: workers,
        enableWorkerThreads: kind === 'thread',
        exposedMethods: Object.keys(operations),
      })
      const methods = farm as unknown as Record<string, (x: unknown) => unknown>
      return { run: x => methods[operation]?.(x), close: () => farm.end() }
    },
  }
}

const comlink: Row = {
  name: 'comlink',
  library: 'comlink',
  kind: 'thread',
  async open({ workers, operation }) {
    // Its main entry is a script that does not load as a module.
    const [{ transfer, wrap }, { default: nodeEndpoint }] = await Promise.all([
      import('comlink/dist/esm/comlink.mjs'),
      import('comlink/dist/esm/node-adapter.mjs'),
    ])
    const { Worker } = await import('node:worker_threads')
    const threads = Array.from({ length: workers }, () => new Worker(workerUrl('comlink.mjs')))
    const proxies = threads.map(thread => wrap(nodeEndpoint(thread)))
    let next = 0
    const call = (x: unknown): unknown => proxies[next++ % workers]?.[operation]?.(x)
    return {
      run: call,
      runTransfer: x => call(transfer(x, [x.buffer])),
      close: () => Promise.all(threads.map(thread => thread.terminate())),
    }
  },
}

const threads: Row = {
  name: 'threads',
  library: 'threads',
  kind: 'thread',
  maxTasks: 1000,
  async open({ workers, operation }) {
    const { Pool, Transfer, Worker, spawn } = await import('threads')
    // An absolute path is joined to the folder of the caller, which is not where it leads.
    const pool = Pool(() => spawn(new Worker('../workers/threads.cjs')), { size: workers })
    const call = (x: unknown): unknown => pool.queue(worker => worker[operation]?.(x))
    return { run: call, runTransfer: x => call(Transfer(x, [x.buffer])), close: () => pool.terminate(true) }
  },
}

const multithreading: Row = {
  name: 'multithreading',
  library: 'multithreading',
  kind: 'thread',
  alwaysMoves: true,
  async open({ workers, operation }) {
    const library = await import('multithreading')
    library.initRuntime({ maxWorkers: workers })
    const run = async (x: unknown): Promise<unknown> => {
      const result = await library.spawn(library.move(x), operations[operation]).join()
      if (!result.ok) throw new Error('the task failed', { cause: result.error })
      return result.value
    }
    return { run, runTransfer: run, close: () => library.shutdown() }
  },
}

const nanothreads: Row = {
  name: 'nanothreads',
  library: 'nanothreads',
  kind: 'thread',
  async open({ workers, operation }) {
    // 0.3.9 takes any runtime with a global `navigator` for a browser, and Node has one: without this its pool does not
    // start.
    Object.defineProperty(globalThis, 'navigator', { value: undefined, configurable: true })
    const { ThreadPool } = await import('nanothreads')
    const pool = new ThreadPool({ task: operations[operation], count: workers })
    return { run: x => pool.exec(x), close: () => pool.terminate() }
  },
}

const synckit: Row = {
  name: 'synckit',
  library: 'synckit',
  kind: 'sync',
  async open({ operation }) {
    const { createSyncFn } = await import('synckit')
    const call = createSyncFn(pathOf('synckit.mjs')) as (operation: string, x: unknown) => unknown
    return { run: x => call(operation, x), close: () => {} }
  },
}

/** One row a library and kind in its best sensible configuration; further configurations are variants. */
export const peerRows: readonly Row[] = [
  piscina('piscina', {}, false),
  piscina('piscina (atomics async)', { atomics: 'async' }, true),
  piscina('piscina (atomics disabled)', { atomics: 'disabled' }, true),
  piscina('piscina (64 per worker)', { atomics: 'disabled', concurrentTasksPerWorker: 64, recordTiming: false }, true),
  tinypool('tinypool', 'thread', {}, false),
  tinypool('tinypool (processes)', 'process', { runtime: 'child_process', serialization: 'advanced' }, false),
  tinypool('tinypool (processes, json)', 'process', { runtime: 'child_process' }, true),
  workerpool('workerpool', 'thread', {}, false),
  workerpool('workerpool (inline function)', 'thread', {}, true, true),
  workerpool('workerpool (processes)', 'process', { forkOpts: { serialization: 'advanced' } }, false),
  workerpool('workerpool (processes, json)', 'process', {}, true),
  poolifier('poolifier', 'thread', {}, false),
  poolifier('poolifier (dynamic)', 'thread', {}, true, true),
  poolifier('poolifier (queue)', 'thread', { enableTasksQueue: true }, true),
  poolifier('poolifier (processes)', 'process', {}, false),
  poolifier('poolifier (processes, dynamic)', 'process', {}, true, true),
  jestWorker('jest-worker', 'thread'),
  jestWorker('jest-worker (processes)', 'process'),
  comlink,
  threads,
  multithreading,
  nanothreads,
  synckit,
]
