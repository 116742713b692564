import {
  checkDuration,
  checkFunction,
  checkInteger,
  checkOptionNames,
  checkSignal,
  describeValue,
} from '@manyhands/base'
import type { ParallelBackend } from './backends/backend.ts'
import { type BackendName, checkBackend } from './backends/registry.ts'
import { type Jobs, resolveJobs } from './jobs.ts'
import { checkProgress, type Progress } from './progress/progress-options.ts'

/** How far the input is pulled ahead, in batches: per job, a fixed number, or all of it at once. */
export type PreDispatch = number | 'all' | { readonly perJob: number }

/**
 * Options of Parallel. All are read when a call starts. What is left out comes from {@link parallelConfig}, then from
 * the default.
 */
export interface ParallelOptions {
  /**
   * How many tasks run at a time: a number, -1 for all that the machine can run, -2 for all but one, or a share of all
   * such as `'50%'`.
   * @default all
   */
  readonly jobs?: Jobs | undefined
  /** Where tasks run: a name, or a backend of your own. @default 'threads' */
  readonly backend?: BackendName | ParallelBackend | undefined
  /** Tasks that are sent to a worker together. `'auto'` starts with 1 and aims at 2 ms. @default 'auto' */
  readonly batchSize?: number | 'auto' | undefined
  /**
   * Batches that may be sent and not done; for a stream, whose results were not yet taken. More: the input is pulled
   * further ahead; fewer than one per job: jobs stay idle. `'all'` pulls the whole input when the call starts. @default
   * { perJob: 2 }
   */
  readonly preDispatch?: PreDispatch | undefined
  /** Milliseconds each task may run, counted from its start. Tasks are then sent one by one. @default no limit */
  readonly timeoutMs?: number | undefined
  /** Aborts the call: it rejects with CancelledError, whose `cause` is the signal's reason. */
  readonly signal?: AbortSignal | undefined
  /**
   * Further attempts after a task's own error or the exit of its worker; never after a timeout or an abort.
   * @default 0
   */
  readonly retries?: number | undefined
  /** Milliseconds before the first further attempt; doubled before each one after it. @default 0 */
  readonly retryDelayMs?: number | undefined
  /** Show progress: true, a description, or {@link ProgressOptions}. @default false */
  readonly progress?: Progress | undefined
  /**
   * `'shared-memory'`: tasks must see the memory of SharedArrays. A configured backend that cannot do this gives way to
   * threads.
   * @default none
   */
  readonly require?: 'shared-memory' | undefined
  /**
   * Prepares each worker: runs there once, before the first task of a call that names it. For what only the main module
   * has set up, such as plugins and locales. It is sent as tasks are, with what it captures; it may be async. When it
   * throws, the call fails with its error. In this thread (`inline`, `async`) it runs once per process.
   * @default none
   */
  readonly initializer?: ((...args: never[]) => unknown) | undefined
  /** Arguments of the initializer. With other arguments it runs again. @default [] */
  readonly initializerArgs?: readonly unknown[] | undefined
}

const names = [
  'jobs',
  'backend',
  'batchSize',
  'preDispatch',
  'timeoutMs',
  'signal',
  'retries',
  'retryDelayMs',
  'progress',
  'require',
  'initializer',
  'initializerArgs',
] as const

/** What users of other libraries type. */
const mistakes: Readonly<Record<string, string>> = {
  n_jobs: 'jobs',
  nJobs: 'jobs',
  njobs: 'jobs',
  n_workers: 'jobs',
  concurrency: 'jobs',
  maxThreads: 'jobs',
  minThreads: 'jobs',
  maxWorkers: 'jobs',
  max_workers: 'jobs',
  workers: 'jobs',
  threads: 'jobs',
  batch_size: 'batchSize',
  chunkSize: 'batchSize',
  chunksize: 'batchSize',
  batch: 'batchSize',
  pre_dispatch: 'preDispatch',
  timeout: 'timeoutMs',
  abortSignal: 'signal',
  maxRetries: 'retries',
  retry: 'retries',
  retryDelay: 'retryDelayMs',
  verbose: 'progress',
  desc: 'progress',
  prefer: 'backend',
  initargs: 'initializerArgs',
  setup: 'initializer',
}

/**
 * Checks options given to `where`.
 *
 * @throws TypeError or RangeError naming the option, its value and what is allowed
 */
export function checkOptions(where: string, options: ParallelOptions): void {
  checkOptionNames(where, options, names, mistakes)
  const { jobs, backend, batchSize, preDispatch, timeoutMs, signal, retries, retryDelayMs, progress } = options
  if (jobs !== undefined) resolveJobs(jobs, 1)
  if (backend !== undefined) checkBackend(backend)
  if (batchSize !== 'auto') checkCount('batchSize', batchSize, "an integer >= 1 or 'auto'")
  checkPreDispatch(preDispatch)
  checkDuration('timeoutMs', timeoutMs)
  checkSignal('signal', signal)
  checkInteger('retries', retries, 0)
  checkDuration('retryDelayMs', retryDelayMs, { zero: true })
  checkProgress(progress)
  const required: unknown = options.require
  if (required !== undefined && required !== 'shared-memory') {
    throw new TypeError(`require must be 'shared-memory', got ${describeValue(required)}`)
  }
  if (options.initializer !== undefined) checkFunction('initializer', options.initializer)
  const args: unknown = options.initializerArgs
  if (args !== undefined && !Array.isArray(args)) {
    throw new TypeError(`initializerArgs must be an array, got ${describeValue(args)}`)
  }
}

function checkPreDispatch(value: PreDispatch | undefined): void {
  if (value === 'all') return
  const allowed = "an integer >= 1, 'all' or { perJob: number > 0 }"
  if (typeof value !== 'object' || value === null) return checkCount('preDispatch', value, allowed)
  checkOptionNames('preDispatch', value, ['perJob'], { perWorker: 'perJob' })
  const message = `preDispatch must be ${allowed}, got perJob: ${describeValue(value.perJob)}`
  if (typeof value.perJob !== 'number') throw new TypeError(message)
  if (!(value.perJob > 0 && value.perJob < Infinity)) throw new RangeError(message)
}

function checkCount(name: string, value: unknown, allowed: string): void {
  if (value === undefined) return
  const message = `${name} must be ${allowed}, got ${describeValue(value)}`
  if (typeof value !== 'number') throw new TypeError(message)
  if (!Number.isInteger(value) || value < 1) throw new RangeError(message)
}
