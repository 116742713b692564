import { measurePrimitives } from '../primitives/manyhands.ts'
import { measurePython } from '../primitives/python.ts'
import { measureWebLocks } from '../primitives/web-locks.ts'
import type { SectionDefinition } from '../section.ts'

/** By row. */
export const measurers: Readonly<Record<string, () => Promise<Record<string, number>>>> = {
  'manyhands primitives (threads)': () => measurePrimitives('threads'),
  'manyhands primitives (processes)': () => measurePrimitives('processes'),
  'Python threading': () => measurePython('threading'),
  'Python multiprocessing': () => measurePython('multiprocessing'),
  'Web Locks': () => measureWebLocks(),
}

/** What waiting for each other costs: two parties, which block. A pipe and a start are measured on event loops. */
export const primitives: SectionDefinition = {
  name: 'primitives',
  title: 'locks (ns for acquire and release), hand-overs (µs a round), queues (items/s), pipe and process start',
  metrics: [
    { name: 'lockUncontended', unit: 'ns', better: 'lower' },
    { name: 'lockContended', unit: 'ns', better: 'lower' },
    { name: 'semaphoreUs', unit: 'µs', better: 'lower' },
    { name: 'barrierUs', unit: 'µs', better: 'lower' },
    { name: 'eventUs', unit: 'µs', better: 'lower' },
    { name: 'queueIntsPerSec', unit: 'items/s', better: 'higher' },
    { name: 'queueKbPerSec', unit: 'items/s', better: 'higher' },
    { name: 'queueRecordsPerSec', unit: 'items/s', better: 'higher' },
    { name: 'pipeUs', unit: 'µs', better: 'lower' },
    { name: 'spawnMs', unit: 'ms', better: 'lower' },
    { name: 'forkserverMs', unit: 'ms', better: 'lower' },
  ],
  kinds: [],
  async measure(row) {
    const measurer = measurers[row.name]
    if (measurer === undefined) throw new Error(`${row.name} has no primitives`)
    return { values: await measurer(), notes: [] }
  },
}
