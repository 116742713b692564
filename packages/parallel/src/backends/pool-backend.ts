import {
  type Batch,
  type BatchHandle,
  type BatchOptions,
  type BatchSink,
  describeValue,
  markOwn,
  Promise,
} from '@manyhands/base'
import {
  type AnyTaskFunction,
  getReusableExecutor,
  ProcessPoolExecutor,
  ThreadPoolExecutor,
  type WorkerExecutor,
} from '@manyhands/pool'
import { parallelOrigin } from '../parallel-origin.ts'
import type { BackendCall, ParallelBackend } from './backend.ts'

interface PoolKind {
  readonly workerKind: string
  readonly sharedMemory: boolean
  readonly nested: (level: number) => string
  /** Its executor's `Symbol.toStringTag`. */
  readonly executor: string
}

/** How the pools differ, by the name of the backend. */
const kinds = {
  threads: {
    workerKind: 'thread',
    sharedMemory: true,
    nested: () => 'inline',
    executor: 'ThreadPoolExecutor',
  },
  processes: {
    workerKind: 'process',
    sharedMemory: false,
    nested: level => (level === 1 ? 'threads' : 'inline'),
    executor: 'ProcessPoolExecutor',
  },
} as const satisfies Record<string, PoolKind>

type PoolName = keyof typeof kinds

const executorClasses = { threads: ThreadPoolExecutor, processes: ProcessPoolExecutor } as const
type AnyFunction = (...args: never[]) => unknown
type Prepared = ReturnType<WorkerExecutor['prepare']>

/**
 * Milliseconds per batch. Larger: less overhead for tiny tasks; smaller: results come sooner, and less is lost with a
 * worker.
 */
const BATCH_MS = 2

/** The pools that all calls share. */
export const reusableNames = Object.keys(kinds) as readonly PoolName[]

/** Threads or processes that all calls of this process share: warm when the second call comes. */
export function reusableBackend(name: PoolName): ParallelBackend {
  const used = new Set<WorkerExecutor>()
  const executorFor = (jobs: number): WorkerExecutor => {
    const executor = getReusableExecutor(name, { maxWorkers: jobs })
    for (const other of used) if (!other.usable) used.delete(other)
    used.add(executor)
    return executor
  }
  return {
    ...description(name),
    effectiveJobs: requested => requested,
    startCall: ({ jobs }) => new PoolCall(jobs, () => executorFor(jobs)),
    owned: () => ownedBackend(name),
    async terminate() {
      await Promise.all([...used].map(executor => executor.terminate()))
    },
  }
}

/** Threads or processes that are started for one owner, and live until that terminates them. */
function ownedBackend(name: PoolName): ParallelBackend {
  /** By size: what all are may change between calls. */
  const executors = new Map<number, WorkerExecutor>()
  const executorFor = (maxWorkers: number): WorkerExecutor => {
    const existing = executors.get(maxWorkers)
    if (existing?.usable === true) return existing
    const executor = new executorClasses[name]({ maxWorkers })
    executors.set(maxWorkers, executor)
    return executor
  }
  return {
    ...description(name),
    effectiveJobs: requested => requested,
    startCall: ({ jobs }) => new PoolCall(jobs, () => executorFor(jobs)),
    async terminate() {
      const all = [...executors.values()]
      executors.clear()
      // Idle ones end as they do at a shutdown: resources that tasks have made are disposed of.
      await Promise.all(all.map(executor => (executor.idle ? executor.shutdown() : executor.terminate())))
    },
  }
}

/**
 * A backend that runs tasks on an executor of yours: one with an initializer, an environment or memory limits.
 *
 * ```ts
 * await using pool = new ThreadPoolExecutor({ maxWorkers: 2, initializer: loadModel })
 * await Parallel({ backend: executorBackend(pool) })(tasks)
 * ```
 *
 * It runs at most `maxWorkers` tasks at a time. The executor stays yours: shut it down when you are done.
 *
 * @throws TypeError when `executor` is not a ThreadPoolExecutor or ProcessPoolExecutor
 */
export function executorBackend(executor: WorkerExecutor): ParallelBackend {
  const tag: unknown = (executor as { [Symbol.toStringTag]?: unknown } | undefined)?.[Symbol.toStringTag]
  const name = reusableNames.find(candidate => kinds[candidate].executor === tag)
  if (name === undefined) {
    const executors = Object.values(kinds).map(kind => kind.executor)
    throw new TypeError(`executorBackend takes a ${executors.join(' or ')}, got ${describeValue(executor)}`)
  }
  return {
    ...description(name),
    effectiveJobs: requested => Math.min(requested, executor.maxWorkers),
    startCall: ({ jobs }) => new PoolCall(jobs, () => executor),
    terminate: () => executor.terminate(),
  }
}

function description(
  name: PoolName,
): Pick<ParallelBackend, 'name' | 'capabilities' | 'workerKind'> & Pick<PoolKind, 'nested'> {
  const { workerKind, sharedMemory, nested } = kinds[name]
  return {
    name,
    capabilities: {
      sharedMemory,
      timeout: true,
      idealBatchMs: BATCH_MS,
      idealBatchBytes: Infinity, // what is cloned is not counted
      delivery: 'at-most-once',
    },
    workerKind,
    nested,
  }
}

/**
 * Packs each function once for the call, however many batches name it, so that all its tasks see the same captured
 * values.
 */
class PoolCall implements BackendCall {
  readonly jobs: number
  readonly #executorNow: () => WorkerExecutor
  #executor: WorkerExecutor | undefined
  /** Until then nobody gives the executor another size. */
  #giveBack: (() => void) | undefined
  /** By function, not held: an endless input may bring a new closure with each task. */
  #prepared = new WeakMap<AnyFunction, Prepared>()
  #lastFn: AnyFunction | undefined
  #last: Prepared | undefined

  constructor(jobs: number, executor: () => WorkerExecutor) {
    this.jobs = jobs
    this.#executorNow = executor
  }

  submit(batch: Batch, sink: BatchSink, { timeoutMs }: BatchOptions): BatchHandle {
    const executor = this.#current()
    const packed =
      'calls' in batch
        ? { calls: batch.calls.map(({ fn, args }) => ({ fn: this.#prepare(executor, fn) as AnyTaskFunction, args })) }
        : { fn: this.#prepare(executor, batch.fn) as AnyTaskFunction, items: batch.items, firstIndex: batch.firstIndex }
    return executor.submitBatch(packed, sink, { timeoutMs })
  }

  stop(): void {
    this.#giveBack?.()
    this.#lastFn = undefined
    this.#last = undefined
  }

  /**
   * A shared executor that had nothing to do for a while may be gone, or one may have broken: then there is another.
   */
  #current(): WorkerExecutor {
    if (this.#executor?.usable === true) return this.#executor
    this.stop()
    this.#prepared = new WeakMap()
    const executor = this.#executorNow()
    this.#giveBack = executor.lease()
    return (this.#executor = executor)
  }

  #prepare(executor: WorkerExecutor, fn: AnyFunction): Prepared {
    if (fn === this.#lastFn && this.#last !== undefined) return this.#last
    let prepared = this.#prepared.get(fn)
    if (prepared === undefined) this.#prepared.set(fn, (prepared = executor.prepare(fn) as Prepared))
    this.#lastFn = fn
    return (this.#last = prepared)
  }
}

markOwn(executorBackend, () => parallelOrigin('executorBackend'))
