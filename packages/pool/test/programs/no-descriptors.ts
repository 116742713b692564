import { openSync } from 'node:fs'
import { ProcessPoolExecutor } from '../../src/index.ts'

// Run with a low limit of open files: there is none left for a worker.
const pool = new ProcessPoolExecutor({ maxWorkers: 1 })
try {
  for (;;) openSync('/dev/null', 'r')
} catch {
  console.log(String(await pool.submit(() => 1).exception()))
}
