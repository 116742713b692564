import { expect, test } from 'vitest'
import { cpuCount, ProcessPoolExecutor } from '../src/index.ts'
import { describeExecutor } from './suite/describe-executor.ts'

describeExecutor('ProcessPoolExecutor', options => new ProcessPoolExecutor(options))

test('a process worker counts its share of the processors as its own', async () => {
  const maxWorkers = cpuCount()
  const pool = new ProcessPoolExecutor({ maxWorkers })
  expect(await pool.submit(() => process.env['MANYHANDS_MAX_CPU_COUNT'])).toBe('1')
  await pool.shutdown()
})
