import { ProcessPoolExecutor } from '../../src/index.ts'

// Tells the pid of a worker, makes that worker busy, and waits to be killed.
const pool = new ProcessPoolExecutor({ maxWorkers: 1 })
const pid = await pool.submit(() => process.pid)
const busy = pool.submit(() => {
  process.stdout.write('busy\n')
  for (;;);
})
console.log(`worker ${pid}`)
await busy
