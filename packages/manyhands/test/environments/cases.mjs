// What has to hold under every test runner and wherever something is scarce or forbidden.
import assert from 'node:assert/strict'
import { delayed, Lock, Parallel, parallelMap, ProcessPoolExecutor, ThreadPoolExecutor, Value } from 'manyhands'
import { triple } from './helper.mjs'

const offset = 10

async function runsTasks(Pool) {
  const pool = new Pool({ maxWorkers: 2 })
  try {
    assert.deepEqual(await Promise.all([1, 2, 3].map(n => pool.submit(x => x + offset, n))), [11, 12, 13])
    assert.equal(await pool.submit(n => triple(n), 5), 15)
    await assert.rejects(
      pool.submit(() => {
        throw new RangeError('of the task')
      }),
      { name: 'RangeError', message: 'of the task' },
    )
  } finally {
    await pool.shutdown()
  }
}

export const cases = {
  'threads run closures, imports and errors': () => runsTasks(ThreadPoolExecutor),
  'processes run closures, imports and errors': () => runsTasks(ProcessPoolExecutor),
  'parallelMap and Parallel': async () => {
    assert.deepEqual(await parallelMap([1, 2, 3], n => n * offset), [10, 20, 30])
    const double = delayed(n => n * 2)
    assert.deepEqual(await Parallel({ jobs: 2 })([double(1), double(2)]), [2, 4])
  },
  'memory and locks across processes': async () => {
    const pool = new ProcessPoolExecutor({ maxWorkers: 2 })
    try {
      const count = new Value('i32', 0, { across: 'processes' })
      const lock = new Lock({ across: 'processes' })
      const add = () =>
        lock.runExclusive(() => {
          count.value += 1
        })
      await Promise.all(Array.from({ length: 10 }, () => pool.submit(add)))
      assert.equal(count.value, 10)
    } finally {
      await pool.shutdown()
    }
  },
}
