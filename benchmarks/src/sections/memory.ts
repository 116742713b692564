import type { SectionDefinition } from '../section.ts'
import { treeMemory } from '../tree-memory.ts'

/** What a pool takes; what a worker of it takes is the difference of two pools. */
export const memory: SectionDefinition = {
  name: 'memory',
  title: 'memory of a further worker that has worked: with 3 workers less with 1, halved',
  metrics: [
    { name: 'pssPerWorkerMB', unit: 'MB', better: 'lower' },
    { name: 'rssPerWorkerMB', unit: 'MB', better: 'lower' },
  ],
  poolSizes: [1, 3],
  unavailable: process.platform === 'linux' ? undefined : 'memory is read from /proc, which only Linux has',
  kinds: ['thread', 'process'],
  async measure(row, workers) {
    const pool = await row.open({ workers, operation: 'burn' })
    await Promise.all(Array.from({ length: 40 }, () => pool.run(500_000)))
    // The collectors of the workers finish their round.
    await new Promise(resolve => setTimeout(resolve, 300))
    const { pssMB, rssMB } = treeMemory()
    await pool.close()
    return { values: { pssPerWorkerMB: pssMB, rssPerWorkerMB: rssMB }, notes: [] }
  },
}
