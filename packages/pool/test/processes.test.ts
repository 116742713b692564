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

const threadVariables = [
  'OMP_NUM_THREADS',
  'OPENBLAS_NUM_THREADS',
  'MKL_NUM_THREADS',
  'BLIS_NUM_THREADS',
  'VECLIB_MAXIMUM_THREADS',
  'NUMBA_NUM_THREADS',
  'NUMEXPR_NUM_THREADS',
  'RAYON_NUM_THREADS',
]
const readEnvironment = (names: string[]) => names.map(name => process.env[name])

// joblib: test_threadpool_limitation_in_child_loky
test.for(['spawn', 'forkserver'] as const)(
  'J40 native libraries of a worker get its share of the processors, unless the user says otherwise (%s)',
  async startMethod => {
    const share = String(Math.max(1, Math.floor(cpuCount() / 2)))
    await using pool = new ProcessPoolExecutor({ maxWorkers: 2, startMethod })
    expect(await pool.submit(readEnvironment, threadVariables)).toEqual(threadVariables.map(() => share))
    expect(await pool.submit(readEnvironment, ['UV_THREADPOOL_SIZE'])).toEqual([process.env['UV_THREADPOOL_SIZE']])

    process.env['OMP_NUM_THREADS'] = '7'
    try {
      await using inherits = new ProcessPoolExecutor({ maxWorkers: 2, startMethod })
      const names = ['OMP_NUM_THREADS', 'MKL_NUM_THREADS', 'MANYHANDS_MAX_CPU_COUNT']
      expect(await inherits.submit(readEnvironment, names)).toEqual(['7', share, share])
      const env = { ...process.env, OMP_NUM_THREADS: '5', MANYHANDS_MAX_CPU_COUNT: '2' }
      await using given = new ProcessPoolExecutor({ maxWorkers: 2, startMethod, env })
      expect(await given.submit(readEnvironment, names)).toEqual(['5', share, '2'])
    } finally {
      delete process.env['OMP_NUM_THREADS']
    }
  },
)

test('a process worker counts its share of the processors as its own', async () => {
  const maxWorkers = cpuCount()
  const pool = new ProcessPoolExecutor({ maxWorkers })
  expect(await pool.submit(() => process.env['MANYHANDS_MAX_CPU_COUNT'])).toBe('1')
  await pool.shutdown()
})
