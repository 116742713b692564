import type { ChildProcess } from 'node:child_process'
import type { Worker } from 'node:worker_threads'
import { type OpenOptions, type OpenRow, type Row, workerUrl } from '../row.ts'

/** Calls of one batch, for the rows that batch. */
const batchSize = 256

type Message = readonly unknown[]

/**
 * A pool as one would write it in ten lines: a map of open calls, workers in turn. One call at a time stays on one
 * worker.
 */
class RawPool<W> {
  readonly #workers: readonly W[]
  readonly #post: (worker: W, message: Message, transfer: readonly ArrayBuffer[]) => void
  readonly #open = new Map<unknown, (value: unknown) => void>()
  readonly operation: string
  /** Never stays on one worker. */
  readonly alternate: boolean
  #next = 0
  #id = 0

  constructor(
    workers: readonly W[],
    operation: string,
    alternate: boolean,
    post: (worker: W, message: Message, transfer: readonly ArrayBuffer[]) => void,
  ) {
    this.#workers = workers
    this.#post = post
    this.operation = operation
    this.alternate = alternate
  }

  call(operation: string, argument: unknown, isBatch?: true, transfer: readonly ArrayBuffer[] = []): Promise<unknown> {
    return new Promise(resolve => {
      const worker = this.#open.size === 0 && !this.alternate ? 0 : this.#next++ % this.#workers.length
      const id = this.#id++
      this.#open.set(id, resolve)
      this.#post(
        this.#workers[worker] as W,
        isBatch ? [id, operation, argument, true] : [id, operation, argument],
        transfer,
      )
    })
  }

  answer([id, value]: Message): void {
    const resolve = this.#open.get(id)
    this.#open.delete(id)
    resolve?.(value)
  }

  async callMany(xs: readonly number[]): Promise<readonly unknown[]> {
    const batches: Promise<unknown>[] = []
    for (let i = 0; i < xs.length; i += batchSize) {
      batches.push(this.call(this.operation, xs.slice(i, i + batchSize), true))
    }
    return (await Promise.all(batches)).flat()
  }
}

async function openThreads(
  { workers, operation }: OpenOptions,
  batched: boolean,
  alternate: boolean,
): Promise<OpenRow> {
  const { Worker } = await import('node:worker_threads')
  const threads = Array.from({ length: workers }, () => new Worker(workerUrl('raw-thread.mjs')))
  const pool = new RawPool<Worker>(threads, operation, alternate, (worker, message, transfer) =>
    worker.postMessage(message, transfer),
  )
  for (const thread of threads) thread.on('message', message => pool.answer(message as Message))
  return {
    run: x => pool.call(operation, x),
    runTransfer: x => pool.call('bounce', x, undefined, [x.buffer]),
    ...(batched ? { runMany: (xs: readonly number[]) => pool.callMany(xs) } : {}),
    close: () => Promise.all(threads.map(thread => thread.terminate())),
  }
}

async function openProcesses(
  { workers, operation }: OpenOptions,
  serialization: 'json' | 'advanced',
  batched: boolean,
): Promise<OpenRow> {
  const { fork } = await import('node:child_process')
  const children = Array.from({ length: workers }, () => fork(workerUrl('raw-process.mjs'), { serialization }))
  const pool = new RawPool<ChildProcess>(children, operation, false, (child, message) => child.send(message))
  for (const child of children) child.on('message', message => pool.answer(message as unknown as Message))
  return {
    run: x => pool.call(operation, x),
    ...(batched ? { runMany: (xs: readonly number[]) => pool.callMany(xs) } : {}),
    close: () =>
      Promise.all(children.map(child => new Promise(resolve => child.once('exit', resolve) && child.kill()))),
  }
}

export const rawRows: readonly Row[] = [
  { name: 'raw worker_threads', library: 'raw', kind: 'thread', open: options => openThreads(options, false, false) },
  {
    name: 'raw fork advanced',
    library: 'raw',
    kind: 'process',
    open: options => openProcesses(options, 'advanced', false),
  },
  {
    name: 'raw worker_threads (batched 256)',
    library: 'raw',
    kind: 'thread',
    variant: true,
    sections: ['throughput'],
    open: options => openThreads(options, true, false),
  },
  {
    name: 'raw worker_threads (alternating)',
    library: 'raw',
    kind: 'thread',
    variant: true,
    sections: ['latency'],
    open: options => openThreads(options, false, true),
  },
  {
    name: 'raw fork advanced (batched 256)',
    library: 'raw',
    kind: 'process',
    variant: true,
    sections: ['throughput'],
    open: options => openProcesses(options, 'advanced', true),
  },
  {
    name: 'raw fork json',
    library: 'raw',
    kind: 'process',
    variant: true,
    open: options => openProcesses(options, 'json', false),
  },
  {
    name: 'raw fork json (batched 256)',
    library: 'raw',
    kind: 'process',
    variant: true,
    sections: ['throughput'],
    open: options => openProcesses(options, 'json', true),
  },
]
