import { checkDuration, checkFunction, checkInteger, checkOptionNames, describeValue } from '@manyhands/base'
import type { OnWorkerExit } from '../dispatch/worker-exits.ts'
import { cpuCount } from '../here/cpu-count.ts'
import { checkStartMethod } from '../here/start-method.ts'
import type { ResourceLimits } from '../host/channel.ts'
import { checkPlaceOptions, placeOptionNames, type PlaceOptions } from '../host/place-options.ts'
import type { StartMethod } from '../protocol/lineage.ts'
import { type WorkerKind, workerKinds } from '../protocol/worker-kinds.ts'

export interface ExecutorOptions extends PlaceOptions {
  /** Workers at most; they are started when there is work for them. @default cpuCount() */
  readonly maxWorkers?: number | undefined
  /** Runs in each worker before its first task; may be async. A pool gives up after 5 starts in a row that failed. */
  readonly initializer?: ((...args: never[]) => unknown) | undefined
  /** Arguments of the initializer. @default [] */
  readonly initializerArgs?: readonly unknown[] | undefined
  /**
   * Milliseconds that a worker may take to get ready, its initializer included. One that takes longer is ended: where
   * others are ready they do its work, otherwise the pool breaks. @default 120,000; with an initializer no limit, but
   * while a task with `timeoutMs` waits: 600,000, or that `timeoutMs` if it is longer
   */
  readonly startTimeoutMs?: number | undefined
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
  /** How its processes are started (not for threads). @default what `setStartMethod` says */
  readonly startMethod?: StartMethod | undefined
}

const names = [
  'maxWorkers',
  'initializer',
  'initializerArgs',
  'startTimeoutMs',
  'concurrency',
  'onWorkerExit',
  'resourceLimits',
  'startMethod',
  ...placeOptionNames,
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
export function checkExecutorOptions(kind: WorkerKind, options: ExecutorOptions): CheckedExecutorOptions {
  const { executor } = workerKinds[kind]
  const given: unknown = options
  if (typeof given === 'number') {
    throw new TypeError(`${executor} takes an options object: write new ${executor}({ maxWorkers: ${given} })`)
  }
  checkOptionNames(executor, options, names, mistakes)
  checkInteger('maxWorkers', options.maxWorkers, 1)
  checkDuration('startTimeoutMs', options.startTimeoutMs)
  checkInteger('concurrency', options.concurrency, 1)
  if (options.initializer !== undefined) checkFunction('initializer', options.initializer)
  const { initializerArgs, resourceLimits } = options
  if (initializerArgs !== undefined && !Array.isArray(initializerArgs)) {
    throw new TypeError(`initializerArgs must be an array, got ${describeValue(initializerArgs)}`)
  }
  if (resourceLimits !== undefined && (typeof resourceLimits !== 'object' || resourceLimits === null)) {
    throw new TypeError(`resourceLimits must be an object, got ${describeValue(resourceLimits)}`)
  }
  checkPlaceOptions(kind, options)
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
