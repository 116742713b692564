import { Region } from '@manyhands/core'
import { afterEach, beforeEach, describe } from 'vitest'
import {
  currentWorker,
  type ExecutorOptions,
  ProcessPoolExecutor,
  ThreadPoolExecutor,
  type WorkerExecutor,
} from '../../src/index.ts'

const kinds = { threads: ThreadPoolExecutor, processes: ProcessPoolExecutor } as const

export interface Kit {
  /** An executor that ends with its test. */
  create(options: ExecutorOptions): WorkerExecutor
  /** Eight words that workers see. When a test ends all are set. */
  readonly words: Int32Array
  /** A task: the worker that runs it. */
  where(): number
  /**
   * Makes a task that counts itself at word 0, keeps its worker busy until the word with the number that it is given is
   * set, and returns the worker.
   */
  blocks(): (word: number) => number
  /** As `blocks`, without keeping the worker from its event loop. */
  waits(): (word: number) => Promise<void>
  /** Makes a task that adds one to the word with that number. */
  counts(): (word: number) => number
  /** So many of these tasks have begun. */
  begun(count: number): Promise<void>
}

/** The tests of `body` on threads and on processes. */
export function describeKinds(body: (kit: Kit) => void): void {
  describe.each(Object.keys(kinds) as (keyof typeof kinds)[])('%s', kind => {
    const pools: WorkerExecutor[] = []
    let region: Region
    let words: Int32Array
    beforeEach(() => {
      region = Region.create(32, { across: 'processes' })
      words = new Int32Array(region.buffer)
    })
    afterEach(async () => {
      words.fill(1)
      await Promise.all(pools.splice(0).map(pool => pool.terminate()))
    })
    body({
      create(options) {
        const pool = new kinds[kind](options)
        pools.push(pool)
        return pool
      },
      get words() {
        return words
      },
      where: () => currentWorker()?.id ?? -1,
      blocks: () => word => {
        const seen = new Int32Array(region.buffer)
        Atomics.add(seen, 0, 1)
        while (Atomics.load(seen, word) === 0) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1)
        return currentWorker()?.id ?? -1
      },
      waits: () => async word => {
        const seen = new Int32Array(region.buffer)
        Atomics.add(seen, 0, 1)
        while (Atomics.load(seen, word) === 0) await new Promise(resolve => setTimeout(resolve, 1))
      },
      counts: () => word => Atomics.add(new Int32Array(region.buffer), word, 1),
      async begun(count) {
        while (Atomics.load(words, 0) < count) await new Promise(setImmediate)
      },
    })
  })
}
