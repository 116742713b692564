import type { Outcome } from '@manyhands/base'
import type { ParallelBackend } from './backends/backend.ts'
import type { BackendName } from './backends/registry.ts'
import type { Jobs } from './jobs.ts'
import type { Progress } from './progress/progress-options.ts'
import type { CallProgress } from './scheduler/settled-output.ts'

/** How far the input is pulled ahead, in batches: per job, a fixed number, or all of it at once. */
export type PreDispatch = number | 'all' | { readonly perJob: number }

/** What the failure of a task does to its call. */
export type OnError = 'throw' | 'collect' | 'defer'

/**
 * What stands in the results of a call for a task whose result is a `T`, with the options `onError: E` and a fallback
 * that returns an `F`.
 */
export type Settled<T, E extends OnError = 'throw', F = never> = (E extends 'collect' ? Outcome<T> : T) | Awaited<F>

/**
 * Options of Parallel. All are read when a call starts. What is left out comes from {@link parallelConfig}, then from
 * the default.
 *
 * The type of the results follows `onError` and `fallback`. A variable of the type `ParallelOptions` leaves it as it
 * is; for one that collects write `ParallelOptions<'collect'>`.
 */
export interface ParallelOptions<E extends OnError = 'throw' | 'defer', F = never, V = unknown> {
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
   * throws, the task behind it fails with its error. In this thread (`inline`, `async`) it runs once per process.
   * @default none
   */
  readonly initializer?: ((...args: never[]) => unknown) | undefined
  /** Arguments of the initializer. With other arguments it runs again. @default [] */
  readonly initializerArgs?: readonly unknown[] | undefined
  /**
   * What an error of a task does, when no attempt is left. A time limit and the exit of a worker are such errors. The
   * end of a call by `signal`, an error of the input, a function that cannot travel and a broken pool are not: they end
   * the call in each case.
   *
   * - `'throw'`: the call rejects with it at once, and what was not done is cancelled.
   * - `'collect'`: all tasks run. Each result is an {@link Outcome}: `{ ok: true, value }`, or `{ ok: false, error }`
   *   at the place of one that failed. It is wrapped, because a task may return an Error, and so that `ok` must be
   *   looked at before `value` has a type.
   * - `'defer'`: all tasks run, then the call rejects with TasksFailedError, which has all errors with their positions
   *   and what succeeded. A stream passes over those that failed, and throws it at its end.
   *
   * @default 'throw'
   */
  readonly onError?: E | undefined
  /**
   * Called here for a task that failed, when no attempt is left: what it returns, or resolves with, is the result. What
   * it throws fails the call. Errors that are not one task's do not come here, see `onError`.
   * @default none
   */
  readonly fallback?: ((error: unknown, index: number) => F) | undefined
  /**
   * Called here for each result, as it stands in the results, in the order in which tasks are done; `index` is the
   * position in the input. It must not be async. What it throws fails the call.
   * @default none
   */
  readonly onResult?: ((result: V, index: number) => void) | undefined
  /**
   * Called here after each task that is done, behind `onResult`. It must not be async. What it throws fails the call.
   * For something to look at, see `progress`.
   * @default none
   */
  readonly onProgress?: ((progress: CallProgress) => void) | undefined
  /**
   * `'process'`: all calls of this process share workers, which stay warm. `'scope'`: this Parallel starts workers of
   * its own with its first call, keeps them for its next, and ends them when it is disposed of: `await using parallel =
   * Parallel({ reuse: 'scope' })`. Calls that are then under way fail; later ones use those that all share. Not for
   * parallelMap.
   * @default 'process'
   */
  readonly reuse?: Reuse | undefined
  /**
   * What the random numbers of `taskRandom()` in the tasks depend on: an integer. The same seed gives each task the
   * same numbers, whatever runs it.
   * @default in a task that has a seed: one that depends on it; otherwise none
   */
  readonly seed?: number | bigint | undefined
}

/** Whose workers a call uses: those of the process, or of its Parallel. */
export type Reuse = 'process' | 'scope'

/** Options with any effect on the results. */
export type AnyOptions = ParallelOptions<OnError, unknown, never>

/** They belong to one call, because they decide what it returns, or to one Parallel. */
export const callOptionNames = ['onError', 'fallback', 'onResult', 'reuse', 'seed'] as const

/** What {@link parallelConfig} sets: all options but those that decide what one call returns. */
export type ConfigOptions = Omit<ParallelOptions, (typeof callOptionNames)[number]>
