import { type OpenRow, type Row, workerUrl } from '../row.ts'
import * as tasks from '../workers/tasks.mjs'

/** Ends a thread that waits on shared memory. */
interface Loop {
  readonly stop: () => void
  readonly worker: import('node:worker_threads').Worker
}

async function startLoop(file: string, workerData: object, stop: () => void): Promise<Loop> {
  const { Worker } = await import('node:worker_threads')
  const worker = new Worker(workerUrl(file), { workerData })
  await new Promise(resolve => worker.once('online', resolve))
  return { stop, worker }
}

async function close(loops: readonly Loop[]): Promise<void> {
  for (const loop of loops) loop.stop()
  await Promise.all(loops.map(loop => loop.worker.terminate()))
}

const inProcess: Row = {
  name: 'in-process async call',
  library: 'limit',
  kind: 'limit',
  variant: true,
  sections: ['throughput', 'latency', 'payload', 'cold'],
  async open({ operation }): Promise<OpenRow> {
    const fn = (operation === 'inc' ? tasks.inc : tasks.echo) as (x: unknown) => unknown
    return { run: async x => fn(x), close: () => {} }
  },
}

const clone: Row = {
  name: 'in-process structuredClone twice',
  library: 'limit',
  kind: 'limit',
  variant: true,
  sections: ['payload'],
  open: async () => ({ run: x => structuredClone(structuredClone(x)), close: () => {} }),
}

/** One call at a time through a shared cell, the caller blocked. */
function sharedCall(name: string, spin: boolean): Row {
  return {
    name,
    library: 'limit',
    kind: 'limit',
    variant: true,
    sections: ['latency'],
    async open(): Promise<OpenRow> {
      const control = new Int32Array(new SharedArrayBuffer(8))
      const cell = new Float64Array(new SharedArrayBuffer(8))
      const loop = await startLoop('shared-call.mjs', { control, cell, spin }, () => {
        Atomics.store(control, 0, -1)
        Atomics.notify(control, 0)
      })
      let requests = 0
      const run = (x: unknown): number => {
        cell[0] = Number(x)
        Atomics.store(control, 0, ++requests)
        if (!spin) Atomics.notify(control, 0)
        while (Atomics.load(control, 1) !== requests) if (!spin) Atomics.wait(control, 1, requests - 1)
        return cell[0]
      }
      return { run, close: () => close([loop]) }
    },
  }
}

const ringSize = 4096

/** Numbers through a ring in shared memory to each worker. */
const sharedRing: Row = {
  name: 'shared-memory ring of numbers',
  library: 'limit',
  kind: 'limit',
  variant: true,
  sections: ['throughput'],
  async open({ workers }): Promise<OpenRow> {
    const done = new Int32Array(new SharedArrayBuffer(4))
    const rings = Array.from({ length: workers }, () => ({
      control: new Int32Array(new SharedArrayBuffer(12)),
      input: new Float64Array(new SharedArrayBuffer(8 * ringSize)),
      output: new Float64Array(new SharedArrayBuffer(8 * ringSize)),
      places: new Int32Array(ringSize),
      head: 0,
      read: 0,
    }))
    const loops = await Promise.all(
      rings.map(({ control, input, output }) =>
        startLoop('shared-ring.mjs', { control, input, output, done }, () => Atomics.store(control, 2, 1)),
      ),
    )
    const runMany = async (xs: readonly number[]): Promise<readonly unknown[]> => {
      const results = Array.from<number>({ length: xs.length })
      const mask = ringSize - 1
      let [sent, received] = [0, 0]
      while (received < xs.length) {
        const seen = Atomics.load(done, 0)
        const before = sent + received
        for (const ring of rings) {
          const consumed = Atomics.load(ring.control, 1)
          for (; ring.read !== consumed; ring.read = (ring.read + 1) | 0, received++) {
            results[ring.places[ring.read & mask] ?? 0] = ring.output[ring.read & mask] ?? 0
          }
          const free = Math.min(ringSize - (ring.head - ring.read), 1024, xs.length - sent)
          for (let i = 0; i < free; i++, ring.head = (ring.head + 1) | 0) {
            ring.input[ring.head & mask] = xs[sent] ?? 0
            ring.places[ring.head & mask] = sent++
          }
          if (free > 0) {
            Atomics.store(ring.control, 0, ring.head)
            Atomics.notify(ring.control, 0)
          }
        }
        if (sent + received === before) Atomics.wait(done, 0, seen, 5)
      }
      return results
    }
    return { run: async x => (await runMany([Number(x)]))[0], runMany, close: () => close(loops) }
  },
}

/** No pools, but what the platform can do with no library at all. */
export const limitRows: readonly Row[] = [
  inProcess,
  clone,
  sharedCall('shared-memory call, Atomics.wait', false),
  sharedCall('shared-memory call, spinning', true),
  sharedRing,
]
