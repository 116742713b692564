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
  /** So many workers are started at once, and kept when they have nothing to do. @default 0 */
  readonly minWorkers?: number | undefined
  /** Milliseconds after which a worker that has nothing to do is closed; `minWorkers` are kept. @default Infinity */
  readonly idleTimeoutMs?: number | undefined
  /** Tasks that a worker runs before another takes its place. @default Infinity */
  readonly maxTasksPerChild?: number | undefined
  /**
   * Bytes that a worker may hold; one that holds more after a task is replaced when it has done what it has. Of a
   * process the memory that is its own (RSS without what is shared), of a thread its heap and buffers. Infinity: any.
   * @default for threads Infinity; a process is replaced when it has grown by 300 MB since its first task, with one
   * warning (as loky does)
   */
  readonly maxMemoryBytes?: number | undefined
  /**
   * Tasks that may wait for a worker: `submit` throws QueueFullError when there are more. `map` fills half of it and
   * waits for room; batches of Parallel, whose number is limited, are not refused. 0: only what a worker can begin at
   * once. `'auto'`: the square of `maxWorkers`.
   * @default Infinity
   */
  readonly maxQueue?: number | 'auto' | undefined
  /** Workers are called this with their number behind it: in `ps`, profiles and errors. @default 'worker' */
  readonly name?: string | undefined
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

/** The names of all options. */
export const executorOptionNames = [
  'maxWorkers',
  'minWorkers',
  'idleTimeoutMs',
  'maxTasksPerChild',
  'maxMemoryBytes',
  'maxQueue',
  'name',
  'initializer',
  'initializerArgs',
  'startTimeoutMs',
  'concurrency',
  'onWorkerExit',
  'resourceLimits',
  'startMethod',
  ...placeOptionNames,
] as const satisfies readonly (keyof ExecutorOptions)[]
/** What users of other libraries type. */
export const executorMistakes = {
  max_workers: 'maxWorkers',
  maxThreads: 'maxWorkers',
  maxProcesses: 'maxWorkers',
  minThreads: 'minWorkers',
  min_workers: 'minWorkers',
  idleTimeout: 'idleTimeoutMs',
  timeout: 'idleTimeoutMs',
  maxtasksperchild: 'maxTasksPerChild',
  max_tasks_per_child: 'maxTasksPerChild',
  maxTasksPerWorker: 'maxTasksPerChild',
  maxMemoryLimitBeforeRecycle: 'maxMemoryBytes',
  idleMemoryLimit: 'maxMemoryBytes',
  maxQueueSize: 'maxQueue',
  thread_name_prefix: 'name',
  workers: 'maxWorkers',
  jobs: 'maxWorkers',
  size: 'maxWorkers',
  initargs: 'initializerArgs',
  mp_context: 'startMethod',
  concurrentTasksPerWorker: 'concurrency',
}

export interface CheckedExecutorOptions extends ExecutorOptions {
  readonly maxWorkers: number
  readonly minWorkers: number
  readonly idleTimeoutMs: number
  readonly maxTasksPerChild: number
  readonly maxQueue: number
  readonly name: string
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
  checkOptionNames(executor, options, executorOptionNames, executorMistakes)
  checkInteger('maxWorkers', options.maxWorkers, 1)
  checkInteger('minWorkers', options.minWorkers, 0)
  checkDuration('idleTimeoutMs', options.idleTimeoutMs)
  if (options.maxTasksPerChild !== Infinity) checkInteger('maxTasksPerChild', options.maxTasksPerChild, 1)
  if (options.maxMemoryBytes !== Infinity) checkInteger('maxMemoryBytes', options.maxMemoryBytes, 1)
  const { maxQueue, name } = options
  if (maxQueue !== 'auto' && maxQueue !== Infinity) checkInteger('maxQueue', maxQueue, 0)
  if (name !== undefined && typeof name !== 'string') {
    throw new TypeError(`name must be a string, got ${describeValue(name)}`)
  }
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
  const maxWorkers = options.maxWorkers ?? cpuCount()
  const minWorkers = options.minWorkers ?? 0
  if (minWorkers > maxWorkers) {
    throw new RangeError(`minWorkers (${minWorkers}) must not be greater than maxWorkers (${maxWorkers})`)
  }
  return {
    ...options,
    maxWorkers,
    minWorkers,
    idleTimeoutMs: options.idleTimeoutMs ?? Infinity,
    maxTasksPerChild: options.maxTasksPerChild ?? Infinity,
    maxQueue: maxQueue === 'auto' ? maxWorkers ** 2 : (maxQueue ?? Infinity),
    name: name ?? 'worker',
    concurrency: options.concurrency ?? 1,
    onWorkerExit,
  }
}
