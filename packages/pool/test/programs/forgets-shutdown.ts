import { ProcessPoolExecutor, ThreadPoolExecutor } from '../../src/index.ts'

const pool =
  process.argv[2] === 'threads' ? new ThreadPoolExecutor({ maxWorkers: 2 }) : new ProcessPoolExecutor({ maxWorkers: 2 })
const results = await Promise.all([1, 2, 3].map(n => pool.submit((x: number) => x * 2, n)))
console.log(results.join())
