import { ProcessPoolExecutor, ThreadPoolExecutor } from '../../src/index.ts'

for (const Pool of [ThreadPoolExecutor, ProcessPoolExecutor]) {
  const pool = new Pool({ maxWorkers: 1 })
  const found = await pool.submit(async () => {
    const { Future } = await import('@manyhands/core')
    const { cpus } = await import('os')
    const { default: manifest } = await import('../../package.json', { with: { type: 'json' } })
    return [typeof Future, typeof cpus, manifest.name]
  })
  console.log(found.join())
  await pool.shutdown()
}
