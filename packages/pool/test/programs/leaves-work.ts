import { ProcessPoolExecutor, ThreadPoolExecutor } from '../../src/index.ts'

const Executor = process.argv[2] === 'ThreadPoolExecutor' ? ThreadPoolExecutor : ProcessPoolExecutor
const pool = new Executor({ maxWorkers: 1 })
void pool.submit(async () => {
  await new Promise(resolve => setTimeout(resolve, 200))
  console.log('apple')
})
if (process.argv[3] === 'shut down') void pool.shutdown({ wait: false })
