import { ProcessPoolExecutor, ThreadPoolExecutor } from '../../src/index.ts'

await Promise.all(
  [new ThreadPoolExecutor({ maxWorkers: 1 }), new ProcessPoolExecutor({ maxWorkers: 1 })].map(async pool => {
    await pool.submit((name: string) => {
      console.log(`out of ${name}`)
      console.error(`err of ${name}`)
    }, pool[Symbol.toStringTag])
    await pool.shutdown()
  }),
)
