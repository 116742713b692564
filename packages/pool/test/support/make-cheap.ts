import type { WorkerExecutor } from '../../src/index.ts'
import { increment } from '../tasks/work.ts'

/**
 * Lets an executor learn that `increment` is cheap, so that it may be sent ahead, or `fn`, so that others may be sent
 * ahead behind it. Many calls at once: their cost is measured by the batch, so that a machine which is busy for a
 * moment does not matter.
 */
export async function makeCheap(
  pool: WorkerExecutor,
  fn: (...args: never[]) => unknown = increment,
  ...args: readonly unknown[]
): Promise<void> {
  const call = fn as (...args: readonly unknown[]) => unknown
  for (let round = 0; round < 3; round++) {
    await Promise.all(Array.from({ length: 500 }, () => pool.submit(call, ...(fn === increment ? [1] : args))))
  }
}
