import type { OpenRow } from '../row.ts'
import type { SectionDefinition } from '../section.ts'
import { median } from '../statistics.ts'

const tasks = 20_000
/** How long rounds continue: until hot code is compiled in all rows. A slow row has three rounds in any case. */
const measureMs = 1000

/** Tiny tasks, all submitted at once: in a pool that is in use, and the first time. */
export const throughput: SectionDefinition = {
  name: 'throughput',
  title: '20,000 × `x => x + 1`, all submitted at once, 2 workers',
  metrics: [
    { name: 'tasksPerSec', unit: 'tasks/s', better: 'higher' },
    { name: 'firstTasksPerSec', unit: 'tasks/s', better: 'higher' },
  ],
  kinds: ['thread', 'process'],
  async measure(row, workers) {
    const count = Math.min(tasks, row.maxTasks ?? Infinity)
    const pool = await row.open({ workers, operation: 'inc' })
    await once(pool, 200)
    await once(pool, Math.min(2000, count))
    const rates: number[] = []
    const start = performance.now()
    do rates.push(await once(pool, count))
    while (rates.length < 3 || performance.now() - start < measureMs)
    await pool.close()
    return {
      values: { tasksPerSec: median(rates), firstTasksPerSec: rates[0] ?? 0 },
      notes: count < tasks ? [`${count} tasks`] : [],
    }
  },
}

async function once(pool: OpenRow, count: number): Promise<number> {
  const xs = Array.from({ length: count }, (_, i) => i)
  const start = performance.now()
  const ys = pool.runMany === undefined ? await Promise.all(xs.map(x => pool.run(x))) : await pool.runMany(xs)
  const seconds = (performance.now() - start) / 1000
  if (ys.length !== count || ys.some((y, i) => y !== i + 1)) {
    throw new Error(
      `wrong result: of ${count} results ${ys.findIndex((y, i) => y !== i + 1)} is the first that is not right`,
    )
  }
  return count / seconds
}
