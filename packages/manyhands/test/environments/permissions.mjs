// With `--permission`: what works, or what is to be allowed.
import { Lock, ProcessPoolExecutor, ThreadPoolExecutor } from 'manyhands'

async function print(name, attempt) {
  try {
    console.log(`${name}: ${await attempt()}`)
  } catch (error) {
    console.log(`${name}: ${error.message}`)
  }
}

async function one(Pool) {
  const pool = new Pool({ maxWorkers: 1 })
  try {
    return await pool.submit(() => 1)
  } finally {
    await pool.shutdown()
  }
}

await print('threads', () => one(ThreadPoolExecutor))
await print('processes', () => one(ProcessPoolExecutor))
await print('memory', () => new Lock({ across: 'processes' }).runExclusive(() => 1))
