import { ThreadPoolExecutor } from '../../src/index.ts'

const pool = new ThreadPoolExecutor({ maxWorkers: 1 })
void pool.submit(function careless() {
  throw new RangeError('nobody looks')
})
const seen = pool.submit(function careful() {
  throw new RangeError('looked at')
})
await seen.exception()
await pool.shutdown()
