import { ProcessPoolExecutor, ThreadPoolExecutor } from '../../src/index.ts'
import { burn } from '../tasks/work.ts'

// The answer to a task is on its way while its worker is being ended; then nothing but the end of the worker keeps this
// program alive.
const pool =
  process.argv[2] === 'threads' ? new ThreadPoolExecutor({ maxWorkers: 1 }) : new ProcessPoolExecutor({ maxWorkers: 1 })
await pool.submit(burn, 0)
const future = pool.submit(burn, 1)
await Promise.resolve()
burn(100)
const terminated = pool.terminate()
console.log(((await future.exception()) as Error).name)
await terminated
console.log('gone')
