import type { SectionDefinition } from '../section.ts'

/** From the import of the library to the first result. */
export const cold: SectionDefinition = {
  name: 'cold',
  title: 'from the import of the library to the first result, then to the closed pool; 2 workers',
  metrics: [
    { name: 'firstMs', unit: 'ms', better: 'lower' },
    { name: 'closeMs', unit: 'ms', better: 'lower' },
  ],
  kinds: ['thread', 'process', 'sync'],
  async measure(row, workers) {
    const start = performance.now()
    const pool = await row.open({ workers: row.kind === 'sync' ? 1 : workers, operation: 'inc' })
    const result = await pool.run(1)
    const first = performance.now()
    if (result !== 2) throw new Error(`wrong result: 1 became ${String(result)}`)
    await pool.close()
    return { values: { firstMs: first - start, closeMs: performance.now() - first }, notes: [] }
  },
}
