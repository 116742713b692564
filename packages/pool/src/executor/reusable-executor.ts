import { checkInteger, checkOptionNames, slot, markOwn } from '@manyhands/base'
import { poolOrigin } from '../entry-url.ts'
import { cpuCount } from '../here/cpu-count.ts'
import { executorClassOf, type ExecutorKind } from './executor-classes.ts'
import type { WorkerExecutor } from './worker-executor.ts'

export interface ReusableExecutorOptions {
  /** @default cpuCount() */
  readonly maxWorkers?: number | undefined
}

/**
 * The executor of this process with so many workers of that kind, started when it is first asked for: calls that come
 * one after the other share warm workers. One of another size that has nothing to do is shut down.
 *
 * Do not shut it down; it does not keep the program alive. (Source of the idea: loky, `get_reusable_executor`.)
 *
 * @throws TypeError, RangeError for bad arguments
 */
export function getReusableExecutor(kind: ExecutorKind, options: ReusableExecutorOptions = {}): WorkerExecutor {
  const ExecutorClass = executorClassOf(kind)
  checkOptionNames('getReusableExecutor', options, ['maxWorkers'], { jobs: 'maxWorkers', max_workers: 'maxWorkers' })
  checkInteger('maxWorkers', options.maxWorkers, 1)
  const maxWorkers = options.maxWorkers ?? cpuCount()
  const executors = slot(`pool.reusable.${kind}`, () => new Map<number, WorkerExecutor>())
  const existing = executors.get(maxWorkers)
  if (existing?.usable === true) return existing
  for (const [size, executor] of executors) {
    if (executor.usable && !executor.idle) continue
    executors.delete(size)
    void executor.shutdown({ wait: false })
  }
  const executor = new ExecutorClass({ maxWorkers })
  executors.set(maxWorkers, executor)
  return executor
}

markOwn(getReusableExecutor, () => poolOrigin('getReusableExecutor'))
