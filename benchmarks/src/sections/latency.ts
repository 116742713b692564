import type { SectionDefinition } from '../section.ts'
import { median, quantile } from '../statistics.ts'

/** One tiny task at a time: submit, await, submit the next. */
export const latency: SectionDefinition = {
  name: 'latency',
  title: '`x => x + 1`, one at a time, 2 workers',
  metrics: [
    { name: 'p50us', unit: 'us', better: 'lower' },
    { name: 'p99us', unit: 'us', better: 'lower' },
  ],
  kinds: ['thread', 'process', 'sync'],
  async measure(row, workers) {
    const pool = await row.open({ workers: row.kind === 'sync' ? 1 : workers, operation: 'inc' })
    const warm = performance.now()
    for (let i = 0; i < 500 && performance.now() - warm < 400; i++) await pool.run(i)
    const times: number[] = []
    const start = performance.now()
    while (times.length < 4000 && performance.now() - start < 700) {
      const x = times.length
      const begin = performance.now()
      const y = await pool.run(x)
      times.push((performance.now() - begin) * 1000)
      if (y !== x + 1) throw new Error(`wrong result: ${x} became ${String(y)}`)
    }
    await pool.close()
    return { values: { p50us: median(times), p99us: quantile(times, 0.99) }, notes: [] }
  },
}
