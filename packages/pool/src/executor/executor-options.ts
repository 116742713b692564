import { checkFunction, checkInteger, checkOptionNames, describeValue } from '@manyhands/base'
import type { OnWorkerExit } from '../dispatch/worker-exits.ts'
import { cpuCount } from '../here/cpu-count.ts'
import { checkStartMethod } from '../here/start-method.ts'
import type { ResourceLimits } from '../host/channel.ts'
import type { StartMethod } from '../protocol/lineage.ts'

export interface ExecutorOptions {
  /** Workers at most; they are started when there is work for them. @default cpuCount() */
  readonly maxWorkers?: number | undefined
  /** Runs in each worker before its first task; may be async. A pool gives up after 5 starts in a row that failed. */
  readonly initializer?: ((...args: never[]) => unknown) | undefined
  /** Arguments of the initializer. @default [] */
  readonly initializerArgs?: readonly unknown[] | undefined
  /** Async tasks that one worker may run at a time; synchronous ones run one after the other. @default 1 */
  readonly concurrency?: number | undefined
  /**
   * What happens when a worker exits while it holds tasks: `fail-task` fails those that may have run and goes on with a
   * new worker, `break` fails every pending future and closes the pool (as Python does), `retry` runs them again, each
   * at most three times. @default 'fail-task'
   */
  readonly onWorkerExit?: OnWorkerExit | undefined
  /** Memory limits of each worker, in megabytes. @default none */
  readonly resourceLimits?: ResourceLimits | undefined
  /** Environment of the workers, instead of this process's. */
  readonly env?: NodeJS.ProcessEnv | undefined
  /**
   * Flags of the workers, instead of this process's without those that concern only it (`--inspect`, `--test`, `-e` and
   * the like).
   */
  readonly execArgv?: readonly string[] | undefined
  /** How its processes are started (not for threads). @default what `setStartMethod` says */
  readonly startMethod?: StartMethod | undefined
}

const names = [
  'maxWorkers',
  'initializer',
  'initializerArgs',
  'concurrency',
  'onWorkerExit',
  'resourceLimits',
  'env',
  'execArgv',
  'startMethod',
]
const mistakes = {
  max_workers: 'maxWorkers',
  maxThreads: 'maxWorkers',
  maxProcesses: 'maxWorkers',
  minThreads: 'maxWorkers',
  workers: 'maxWorkers',
  jobs: 'maxWorkers',
  size: 'maxWorkers',
  initargs: 'initializerArgs',
  mp_context: 'startMethod',
  concurrentTasksPerWorker: 'concurrency',
}

export interface CheckedExecutorOptions extends ExecutorOptions {
  readonly maxWorkers: number
  readonly concurrency: number
  readonly onWorkerExit: OnWorkerExit
}

/** @throws TypeError, RangeError naming the option, the value and what is allowed */
export function checkExecutorOptions(where: string, options: ExecutorOptions): CheckedExecutorOptions {
  checkOptionNames(where, options, names, mistakes)
  checkInteger('maxWorkers', options.maxWorkers, 1)
  checkInteger('concurrency', options.concurrency, 1)
  if (options.initializer !== undefined) checkFunction('initializer', options.initializer)
  for (const name of ['initializerArgs', 'execArgv'] as const) {
    const value = options[name]
    if (value !== undefined && !Array.isArray(value)) {
      throw new TypeError(`${name} must be an array, got ${describeValue(value)}`)
    }
  }
  for (const name of ['resourceLimits', 'env'] as const) {
    const value = options[name]
    if (value !== undefined && (typeof value !== 'object' || value === null)) {
      throw new TypeError(`${name} must be an object, got ${describeValue(value)}`)
    }
  }
  if (options.startMethod !== undefined) checkStartMethod(options.startMethod)
  const onWorkerExit = options.onWorkerExit ?? 'fail-task'
  if (!['fail-task', 'break', 'retry'].includes(onWorkerExit)) {
    throw new TypeError(`onWorkerExit must be 'fail-task', 'break' or 'retry', got ${describeValue(onWorkerExit)}`)
  }
  return {
    ...options,
    maxWorkers: options.maxWorkers ?? cpuCount(),
    concurrency: options.concurrency ?? 1,
    onWorkerExit,
  }
}
