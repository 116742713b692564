import { ProcessPoolExecutor, ThreadPoolExecutor } from '../../src/index.ts'
import { exit } from '../tasks/work.ts'

// Nothing but the future of a worker that exits keeps this program alive.
const pool =
  process.argv[2] === 'threads' ? new ThreadPoolExecutor({ maxWorkers: 1 }) : new ProcessPoolExecutor({ maxWorkers: 1 })
console.log(((await pool.submit(exit, 3).exception()) as Error).name)
