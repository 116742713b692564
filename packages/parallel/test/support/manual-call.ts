import { delayed, type ParallelOptions } from '../../src/index.ts'
import { ManualBackend } from './manual-backend.ts'

export const double = (x: number): number => 2 * x
export const tasksOf = (count: number) => Array.from({ length: count }, (_, i) => delayed(double)(i))
export const doubled = (count: number): number[] => Array.from({ length: count }, (_, i) => 2 * i)

/** Options of a call on a backend whose batches end when the test says so. */
export function manual(options: ParallelOptions = {}) {
  const backend = new ManualBackend()
  return { backend, options: { backend, jobs: 2, ...options } satisfies ParallelOptions }
}
