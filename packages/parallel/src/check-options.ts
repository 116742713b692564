import {
  checkDuration,
  checkFunction,
  checkInteger,
  checkOptionNames,
  checkSignal,
  describeValue,
} from '@manyhands/base'
import { checkBackend } from './backends/registry.ts'
import { resolveJobs } from './jobs.ts'
import { type AnyOptions, callOptionNames, type ConfigOptions, type PreDispatch } from './options.ts'
import { checkProgress } from './progress/progress-options.ts'

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
  'onProgress',
  ...callOptionNames,
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
  exception_behaviour: 'onError',
  exceptionBehaviour: 'onError',
  stopOnError: 'onError',
  errorMode: 'onError',
  default: 'fallback',
  defaultValue: 'fallback',
  bounded: 'preDispatch',
  callback: 'onResult',
  onComplete: 'onResult',
  random_state: 'seed',
  randomState: 'seed',
}

/** What they mean and what is no option here: what to write. */
const elsewhere: Readonly<Record<string, string>> = {
  return_as: 'write Parallel(options).stream(tasks, { ordered })',
  returnAs: 'write Parallel(options).stream(tasks, { ordered })',
  argument_type: 'pass a function that takes the item apart, or write delayed(fn)(...item)',
  argumentType: 'pass a function that takes the item apart, or write delayed(fn)(...item)',
  max_nbytes: 'put large arrays into a SharedArray',
  mmap_mode: 'put large arrays into a SharedArray',
  temp_folder: 'put large arrays into a SharedArray',
  inner_max_num_threads: 'set OMP_NUM_THREADS and the like in the option `env` of an executor, see executorBackend',
  tqdm_class: 'write progress: { renderer: { update(state) {} } }',
}

/**
 * Checks options given to `where`.
 *
 * @throws TypeError or RangeError naming the option, its value and what is allowed
 */
export function checkOptions(where: string, options: AnyOptions): void {
  checkNames(where, options)
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
  checkChoice('require', options.require, ['shared-memory'])
  if (options.initializer !== undefined) checkFunction('initializer', options.initializer)
  const args: unknown = options.initializerArgs
  if (args !== undefined && !Array.isArray(args)) {
    throw new TypeError(`initializerArgs must be an array, got ${describeValue(args)}`)
  }
  checkFailureOptions(options)
  if (options.onResult !== undefined) checkFunction('onResult', options.onResult)
  if (options.onProgress !== undefined) checkFunction('onProgress', options.onProgress)
  checkChoice('reuse', options.reuse, ['process', 'scope'])
  checkSeed(options.seed)
}

/**
 * Checks options given to parallelConfig.
 *
 * @throws TypeError or RangeError naming the option, its value and what is allowed
 */
export function checkConfigOptions(options: ConfigOptions): void {
  checkNames('parallelConfig', options)
  const own = callOptionNames.find(name => Object.hasOwn(options, name))
  if (own !== undefined) {
    throw new TypeError(
      `parallelConfig cannot set \`${own}\`, which belongs to one call: give it to Parallel or parallelMap`,
    )
  }
  checkOptions('parallelConfig', options)
}

function checkNames(where: string, options: object): void {
  for (const name of Object.keys(Object(options) as object)) {
    if (!Object.hasOwn(elsewhere, name)) continue
    throw new TypeError(`${where} has no option \`${name}\`: ${elsewhere[name]}`)
  }
  checkOptionNames(where, options, names, mistakes)
}

function checkFailureOptions({ onError, fallback }: AnyOptions): void {
  checkChoice('onError', onError, ['throw', 'collect', 'defer'])
  if (fallback === undefined) return
  checkFunction('fallback', fallback)
  if (onError === undefined || onError === 'throw') return
  throw new TypeError(
    `fallback and onError: '${onError}' contradict each other: a fallback leaves no error to ${onError}. ` +
      'Leave one of them out',
  )
}

function checkChoice(name: string, value: unknown, choices: readonly string[]): void {
  if (value === undefined || choices.includes(value as string)) return
  const allowed = `${choices.length > 1 ? 'one of ' : ''}${choices.map(choice => `'${choice}'`).join(', ')}`
  throw new TypeError(`${name} must be ${allowed}, got ${describeValue(value)}`)
}

function checkSeed(seed: unknown): void {
  if (seed === undefined || typeof seed === 'bigint') return
  const message = `seed must be a safe integer or a bigint, got ${describeValue(seed)}`
  if (typeof seed !== 'number') throw new TypeError(message)
  if (!Number.isSafeInteger(seed)) throw new RangeError(message)
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
