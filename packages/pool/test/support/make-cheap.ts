import type { WorkerExecutor } from '../../src/index.ts'
import { increment } from '../tasks/work.ts'

/**
 * Lets an executor learn that `increment` is cheap, so that it may be sent ahead. Many calls at once: their cost is
 * measured by the batch, so that a machine which is busy for a moment does not matter.
 */
export async function makeCheap(pool: WorkerExecutor): Promise<void> {
  for (let round = 0; round < 3; round++) {
    await Promise.all(Array.from({ length: 500 }, () => pool.submit(increment, 1)))
  }
}
