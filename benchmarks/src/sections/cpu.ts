import type { SectionDefinition } from '../section.ts'
import { burn } from '../workers/tasks.mjs'

/** Turns of one task: about 5 ms. */
const turns = 3_500_000
const tasks = 200
/** Tasks that are timed in this thread for comparison. */
const alone = 60

/** Tasks that compute, against the same work in the main thread. */
export const cpu: SectionDefinition = {
  name: 'cpu',
  title: '200 tasks of about 5 ms, 2 workers, against the same in the main thread (ideal: 2)',
  metrics: [
    { name: 'speedup', unit: 'x', better: 'higher' },
    { name: 'taskMs', unit: 'ms', better: 'lower' },
  ],
  kinds: ['thread', 'process'],
  async measure(row, workers) {
    const pool = await row.open({ workers, operation: 'burn' })
    for (let i = 0; i < 4; i++) burn(turns)
    await Promise.all(Array.from({ length: 12 }, () => pool.run(turns)))
    let start = performance.now()
    let expected = 0
    for (let i = 0; i < alone; i++) expected = burn(turns)
    const taskMs = (performance.now() - start) / alone
    start = performance.now()
    const results = await Promise.all(Array.from({ length: tasks }, () => pool.run(turns)))
    const wallMs = performance.now() - start
    if (results.some(result => result !== expected)) throw new Error('wrong result')
    await pool.close()
    return { values: { speedup: (taskMs * tasks) / wallMs, taskMs }, notes: [] }
  },
}
