import { checkInteger, checkOptionNames, describeValue, markOwn, slot } from '@manyhands/base'
import { poolOrigin } from '../entry-url.ts'
import { cpuCount } from '../here/cpu-count.ts'
import { executorClassOf, type ExecutorKind } from './executor-classes.ts'
import { type ExecutorOptions, executorOptionNames } from './executor-options.ts'
import type { WorkerExecutor } from './worker-executor.ts'

/** As joblib has it. Longer: a call after a while finds warm workers; shorter: their memory is given back sooner. */
const IDLE_MS = 300_000

export interface ReusableExecutorOptions extends ExecutorOptions {
  /**
   * `'auto'`: the one that is there is used if its options are the same, `maxWorkers` aside. true: it is used as it is,
   * whatever its options. false: there is a new one. @default 'auto'
   */
  readonly reuse?: boolean | 'auto' | undefined
  /** One that is replaced is terminated, and does not finish its tasks before. @default false */
  readonly killWorkers?: boolean | undefined
}

interface Entry {
  readonly executor: WorkerExecutor
  readonly options: ExecutorOptions
}

/**
 * The executor of this process with workers of that kind, started when it is first asked for: calls that come one after
 * the other share warm workers. Its size is changed in place when another is asked for while it has nothing to do;
 * while it is busy for somebody else, there is another one beside it. One that is broken, was shut down, or has other
 * options is replaced. Workers that have nothing to do for `idleTimeoutMs` (5 minutes) are closed.
 *
 * Do not shut it down; it does not keep the program alive. (Source of the idea and the rules: loky,
 * `get_reusable_executor`.)
 *
 * @param options.maxWorkers - @default cpuCount()
 * @throws TypeError, RangeError for bad arguments
 */
export function getReusableExecutor(kind: ExecutorKind, options: ReusableExecutorOptions = {}): WorkerExecutor {
  const ExecutorClass = executorClassOf(kind)
  checkOptionNames('getReusableExecutor', options, [...executorOptionNames, 'reuse', 'killWorkers'], {
    jobs: 'maxWorkers',
    max_workers: 'maxWorkers',
    timeout: 'idleTimeoutMs',
    kill_workers: 'killWorkers',
    initargs: 'initializerArgs',
  })
  checkInteger('maxWorkers', options.maxWorkers, 1)
  const { reuse = 'auto', killWorkers = false, ...given } = options
  if (reuse !== 'auto' && typeof reuse !== 'boolean') {
    throw new TypeError(`reuse must be true, false or 'auto', got ${describeValue(reuse)}`)
  }
  const entries = slot(`pool.reusables.${kind}`, () => new Set<Entry>())
  for (const entry of entries) if (!entry.executor.usable) entries.delete(entry)
  const maxWorkers = given.maxWorkers ?? cpuCount()
  const found =
    reuse === false ? undefined : [...entries].find(entry => reuse === true || fits(entry, given, maxWorkers))
  if (found !== undefined) return found.executor
  const resizable =
    reuse === false ? undefined : [...entries].find(({ executor, options: has }) => executor.free && same(has, given))
  if (resizable !== undefined) {
    void resizable.executor.resize(maxWorkers)
    return resizable.executor
  }
  const executor = new ExecutorClass({ ...given, idleTimeoutMs: given.idleTimeoutMs ?? IDLE_MS, maxWorkers })
  for (const entry of entries) {
    if (!killWorkers && !entry.executor.free) continue
    entries.delete(entry)
    void (killWorkers ? entry.executor.terminate() : entry.executor.shutdown({ wait: false }))
  }
  entries.add({ executor, options: given })
  return executor
}

function fits({ executor, options }: Entry, given: ExecutorOptions, maxWorkers: number): boolean {
  return executor.maxWorkers === maxWorkers && same(options, given)
}

/** All but the size. */
function same(a: ExecutorOptions, b: ExecutorOptions): boolean {
  return executorOptionNames.every(name => name === 'maxWorkers' || equal(a[name], b[name]))
}

/** Identity; of arrays and plain objects that of their entries. */
function equal(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  const [left, right] = [Object.entries(a), new Map(Object.entries(b))]
  return left.length === right.size && left.every(([key, value]) => Object.is(right.get(key), value))
}

markOwn(getReusableExecutor, () => poolOrigin('getReusableExecutor'))
