import type { ParallelBackend } from './backends/backend.ts'
import { chooseBackend } from './backends/choose-backend.ts'
import { checkOptions } from './check-options.ts'
import { configuredOptions, overlay } from './config.ts'
import type { Initializer } from './initializer.ts'
import type { Jobs } from './jobs.ts'
import type { AnyOptions, PreDispatch } from './options.ts'
import { progressOptions, type ProgressOptions } from './progress/progress-options.ts'
import { inheritedSeed } from './random/task-seed.ts'
import { type FailureRule, failureRule } from './scheduler/failure-rule.ts'
import type { WorkerScope } from './worker-scope.ts'

/** The options of one call, with all defaults. */
export interface Settings {
  readonly backend: ParallelBackend
  /** The option: what the call gets depends on what the backend can run. */
  readonly jobs: Jobs
  /** Undefined: found by measuring. */
  readonly batchSize: number | undefined
  /** Batches that may be under way when `jobs` tasks run at a time. */
  readonly window: (jobs: number) => number
  /** Pull the whole input when the call starts; a slow consumer does not stop it. */
  readonly eager: boolean
  readonly timeoutMs: number | undefined
  readonly signal: AbortSignal | undefined
  readonly retries: number
  readonly retryDelayMs: number
  readonly progress: ProgressOptions | undefined
  readonly initializer: Initializer | undefined
  readonly rule: FailureRule | undefined
  readonly onResult: AnyOptions['onResult']
  readonly onProgress: AnyOptions['onProgress']
  /** What the random numbers of its tasks depend on; undefined: they have none. */
  readonly seed: string | undefined
}

const PER_JOB = 2

/**
 * Reads the options of a call that starts now.
 *
 * @param scope - has the workers of its own, where the call is of an instance with `reuse: 'scope'`
 * @throws TypeError or RangeError for a bad option, or a backend that cannot do what is asked
 */
export function readSettings(where: string, given: AnyOptions, scope?: WorkerScope): Settings {
  checkOptions(where, given)
  const options = overlay(configuredOptions(), given)
  const shared = chooseBackend(given.backend, options)
  const backend = scope === undefined ? shared : scope.backendFor(shared)
  const timeoutMs = options.timeoutMs === Infinity ? undefined : options.timeoutMs
  if (timeoutMs !== undefined && !backend.capabilities.timeout) {
    throw new TypeError(`backend \`${backend.name}\` cannot limit how long a task runs (timeoutMs)`)
  }
  const { preDispatch = { perJob: PER_JOB } } = options
  return {
    backend,
    jobs: options.jobs ?? -1,
    batchSize: options.batchSize === 'auto' ? undefined : options.batchSize,
    window: windowOf(preDispatch),
    eager: preDispatch === 'all',
    timeoutMs,
    signal: options.signal,
    retries: options.retries ?? 0,
    retryDelayMs: options.retryDelayMs ?? 0,
    progress: progressOptions(options.progress),
    initializer:
      options.initializer === undefined ? undefined : { fn: options.initializer, args: options.initializerArgs ?? [] },
    rule: failureRule(options.onError ?? 'throw', options.fallback),
    onResult: options.onResult,
    onProgress: options.onProgress,
    seed: options.seed === undefined ? inheritedSeed() : String(options.seed),
  }
}

function windowOf(preDispatch: PreDispatch): (jobs: number) => number {
  if (typeof preDispatch === 'number') return () => preDispatch
  const perJob = preDispatch === 'all' ? PER_JOB : preDispatch.perJob
  return jobs => Math.max(1, Math.floor(jobs * perJob))
}
