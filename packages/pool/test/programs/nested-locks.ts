import { Lock } from '@manyhands/core'
import { ProcessPoolExecutor, ThreadPoolExecutor } from '../../src/index.ts'

// Memory across processes is mapped by the program, its workers, and their workers.
const lock = new Lock({ across: 'processes' })
const inner = async (): Promise<number> => {
  let count = 0
  for (const Executor of [ThreadPoolExecutor, ProcessPoolExecutor]) {
    const pool = new Executor({ maxWorkers: 1 })
    await pool.submit(() => lock.runExclusive(() => {}))
    await pool.shutdown()
    count++
  }
  return lock.runExclusive(() => count)
}
for (const Executor of [ThreadPoolExecutor, ProcessPoolExecutor]) {
  const pool = new Executor({ maxWorkers: 1 })
  console.log(await pool.submit(inner))
  await pool.shutdown()
}
