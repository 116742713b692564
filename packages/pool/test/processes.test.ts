import { describeExecutor } from '@manyhands/testing'
import * as runner from 'vitest'
import { cpuCount, ProcessPoolExecutor, taskContext } from '../src/index.ts'
import { burn, burnOn, increment } from './tasks/work.ts'

const { expect, test } = runner

describeExecutor(runner, {
  name: 'ProcessPoolExecutor',
  create: options => new ProcessPoolExecutor(options),
  increment,
  burn,
  burnOn,
  taskContext,
})

test('a process worker counts its share of the processors as its own', async () => {
  const maxWorkers = cpuCount()
  const pool = new ProcessPoolExecutor({ maxWorkers })
  expect(await pool.submit(() => process.env['MANYHANDS_MAX_CPU_COUNT'])).toBe('1')
  await pool.shutdown()
})
