import { ProcessPoolExecutor, ThreadPoolExecutor } from '../../src/index.ts'

const pool = new (process.argv[2] === 'threads' ? ThreadPoolExecutor : ProcessPoolExecutor)({ maxWorkers: 1 })
await pool.submit(() => {
  console.log('busy')
  for (;;);
})
