import { EventEmitter } from 'node:events'
import {
  type AnyTaskFunction,
  type Batch,
  type BatchHandle,
  type BatchOptions,
  type BatchSink,
  CallSite,
  CancelledError,
  checkDuration,
  checkInteger,
  checkOptionNames,
  checkSignal,
  describeValue,
  type Executor,
  type Future,
  type Indexed,
  type MapItems,
  type MapItemsOf,
  type MapOptions,
  type MapResults,
  replace,
  SerializationError,
  type ShutdownOptions,
  type SpreadMapOptions,
  type TaskFunction,
  type TaskOptions,
  warnOfUnseenFailures,
} from '@manyhands/base'
import { BatchState } from '../dispatch/batch.ts'
import { type FunctionRecord, FunctionTable, type PreparedFunction } from '../dispatch/function-table.ts'
import type { ExecutorStats, Measurements } from '../dispatch/measurements.ts'
import { Task } from '../dispatch/task.ts'
import { WorkerPool } from '../dispatch/worker-pool.ts'
import { cpuCount } from '../here/cpu-count.ts'
import type { StartChannel } from '../host/channel.ts'
import { workerEntry } from '../host/worker-entry.ts'
import { type WorkerKind, workerKinds } from '../protocol/worker-kinds.ts'
import { CallSites } from './call-sites.ts'
import { channelOptions } from './channel-options.ts'
import { checkExecutorOptions, type ExecutorOptions } from './executor-options.ts'
import { type Arguments, type ChunkExecutor, chunkOf, type ChunkSink, ItemTask } from './map-chunks.ts'
import { splitOptions } from './map-input.ts'
import { startMap } from './map-results.ts'
import { SignalWatch } from './signal-watch.ts'

/** Events of an executor. */
export interface ExecutorEvents {
  /** `maxQueue` tasks waited, and only half as many do now: submit more. */
  drain: []
}

/** What a thread and a process executor have in common, which is all but the way to their workers. */
export class WorkerExecutor extends EventEmitter<ExecutorEvents> implements Executor, ChunkExecutor {
  readonly #kind: WorkerKind
  readonly #functions: FunctionTable
  readonly #pool: WorkerPool
  readonly #signals = new SignalWatch()
  readonly #callSites = new CallSites()
  readonly #leases = new Set<object>()
  /** Stands for this executor in the watch for unseen failures; keeps nothing alive. */
  readonly #owner = {}

  protected constructor(kind: WorkerKind, start: StartChannel, options: ExecutorOptions) {
    super()
    const checked = checkExecutorOptions(kind, options)
    workerEntry() // before anything is packed
    const { across } = workerKinds[kind]
    this.#kind = kind
    this.#pool = new WorkerPool({
      ...checked,
      cores: cpuCount(),
      warnsOfGrowth: checked.maxMemoryBytes === undefined,
      across,
      ownDirectory: workerKinds[kind].ownDirectory,
      start,
      channelOptions: channelOptions(kind, across, checked),
      onDrain: () => this.emit('drain'),
    })
    this.#functions = new FunctionTable(across, this.#owner, this.#pool)
  }

  /** Workers at most. */
  get maxWorkers(): number {
    return this.#pool.maxWorkers
  }

  /**
   * Runs `fn(...args)` on a worker.
   *
   * `fn` may be any function that can travel, captured variables included: they are read now. Arguments are read when
   * the task is handed to a worker, which for a busy pool is later: do not change them before the future is `running`.
   *
   * @returns a future; it rejects with the task's own error, {@link SerializationError} when an argument or the result
   * cannot travel, or {@link WorkerExitedError} when the worker exited while it held the task
   * @throws {@link SerializationError} when `fn` cannot travel
   * @throws {@link ShutdownError}, {@link BrokenPoolError} when the executor takes no more tasks
   * @throws {@link QueueFullError} when `maxQueue` tasks wait
   */
  submit<A extends readonly unknown[], R>(fn: TaskFunction<A, R>, ...args: A): Future<Awaited<R>> {
    this.#pool.admit()
    const record = this.#lookup(fn, submit)
    const task = new Task(record, args, undefined, this.#callSites.next(!this.#pool.isGathering, submit))
    this.#pool.enqueue(task)
    return task.future as Future<Awaited<R>>
  }

  /**
   * The same executor with options for each task that is submitted through what this returns.
   *
   * A task with a time limit or a signal has a worker for itself, because ending it means ending the worker.
   *
   * @throws TypeError, RangeError for bad options, at the call
   */
  with(options: TaskOptions): Pick<WorkerExecutor, 'submit'> {
    checkOptionNames('with', options, ['timeoutMs', 'signal', 'transfer', 'priority', 'affinity'], {
      timeout: 'timeoutMs',
      transferList: 'transfer',
    })
    const { priority, affinity } = options
    if (priority !== undefined && !Number.isFinite(priority)) {
      throw new TypeError(`priority must be a finite number, got ${describeValue(priority)}`)
    }
    if (affinity !== undefined && typeof affinity !== 'string' && typeof affinity !== 'number') {
      throw new TypeError(`affinity must be a string or a number, got ${describeValue(affinity)}`)
    }
    checkDuration('timeoutMs', options.timeoutMs)
    checkSignal('signal', options.signal)
    if (options.transfer !== undefined && !Array.isArray(options.transfer)) {
      throw new TypeError(`transfer must be an array, got ${describeValue(options.transfer)}`)
    }
    const submitWith: WorkerExecutor['submit'] = (fn, ...args) => this.#submitWith(options, fn, args, submitWith)
    return { submit: submitWith }
  }

  /**
   * Packs `fn` once, with the values that its captured variables have now, for many calls of `submit`: packing a
   * function that captures something costs about 0.1 ms each time.
   *
   * @throws {@link SerializationError} when `fn` cannot travel
   */
  prepare<A extends readonly unknown[], R>(fn: TaskFunction<A, R>): PreparedFunction<A, R> {
    try {
      return this.#functions.prepare(fn)
    } catch (error) {
      new CallSite(prepare).addTo(error)
      throw error
    }
  }

  /**
   * Runs `fn(item)` for each item and yields the results in the order of the items; `await pool.map(…).toArray()` gives
   * all of them.
   *
   * With several iterables `fn` gets one item of each, until the first of them ends; with `spread` the items are arrays
   * of arguments.
   *
   * ```ts
   * const pool = new ThreadPoolExecutor({ maxWorkers: 2 })
   * console.log(await pool.map((x, y) => x * y, [1, 2], [3, 4]).toArray()) // [ 3, 8 ]
   * await pool.shutdown()
   * ```
   *
   * Without `bufferSize` all items are submitted at once, before the first result is asked for; with it the input is
   * pulled as results are taken, so an endless iterable is fine. Leaving the iteration early cancels what was not yet
   * handed to a worker.
   *
   * @throws the error of a task, or of the input, at its place; what follows is cancelled
   * @throws {@link WaitTimeoutError} when `timeoutMs`, counted from this call, is over
   * @throws {@link CancelledError} when `signal` is aborted
   * @throws {@link SerializationError} when `fn` cannot travel, at the call
   * @throws {@link ShutdownError}, {@link BrokenPoolError} when the executor takes no more tasks, at the call
   * @throws TypeError, RangeError for bad options and for what is not iterable, at the call; for an item that cannot be
   * spread at its place
   */
  map<I, R>(fn: (item: I) => R, items: MapItems<I>, options?: MapOptions): MapResults<Awaited<R>>
  map<A extends readonly [] | readonly unknown[], R>(
    fn: TaskFunction<A, R>,
    items: MapItems<Readonly<A>>,
    options: SpreadMapOptions,
  ): MapResults<Awaited<R>>
  map<A extends readonly unknown[], R>(fn: TaskFunction<A, R>, ...inputs: MapItemsOf<A>): MapResults<Awaited<R>>
  map<A extends readonly unknown[], R>(
    fn: TaskFunction<A, R>,
    ...inputs: [...MapItemsOf<A>, options: MapOptions | undefined]
  ): MapResults<Awaited<R>>
  map(fn: AnyTaskFunction, ...given: readonly unknown[]): MapResults<never> {
    return this.#startMap('map', fn, given, new CallSite(map))
  }

  /**
   * As `map`, but yields each result as it comes, as `{ index, value }` with the position of its item: no result waits
   * for a slower one before it. An error of a task comes as it comes, too; one of the input when the results of all
   * items before it were taken.
   */
  mapUnordered<I, R>(fn: (item: I) => R, items: MapItems<I>, options?: MapOptions): MapResults<Indexed<Awaited<R>>>
  mapUnordered<A extends readonly [] | readonly unknown[], R>(
    fn: TaskFunction<A, R>,
    items: MapItems<Readonly<A>>,
    options: SpreadMapOptions,
  ): MapResults<Indexed<Awaited<R>>>
  mapUnordered<A extends readonly unknown[], R>(
    fn: TaskFunction<A, R>,
    ...inputs: MapItemsOf<A>
  ): MapResults<Indexed<Awaited<R>>>
  mapUnordered<A extends readonly unknown[], R>(
    fn: TaskFunction<A, R>,
    ...inputs: [...MapItemsOf<A>, options: MapOptions | undefined]
  ): MapResults<Indexed<Awaited<R>>>
  mapUnordered(fn: AnyTaskFunction, ...given: readonly unknown[]): MapResults<never> {
    return this.#startMap('mapUnordered', fn, given, new CallSite(mapUnordered))
  }

  /**
   * Runs a batch: tasks that are sent to a worker in one message, in order. For schedulers that decide themselves what
   * goes together, such as Parallel.
   *
   * @throws as `submit`, and TypeError for an empty batch
   */
  submitBatch(batch: Batch, sink: BatchSink, options: BatchOptions = {}): BatchHandle {
    this.#pool.assertUsable()
    const records = 'calls' in batch ? this.#records(batch.calls) : [this.#functions.lookup(batch.fn)]
    const state = new BatchState(batch, records, sink, options)
    if (state.size === 0) throw new TypeError('a batch must hold at least one task')
    this.#pool.enqueue(state.whole())
    return {
      cancel: () => state.cancel(),
      abort: (reason, graceMs) => this.#pool.abort(state, reason, graceMs),
    }
  }

  /** @internal See {@link ChunkExecutor}. */
  submitChunk(fn: AnyTaskFunction, chunk: readonly Arguments[], first: number, sink: ChunkSink): void {
    this.#pool.assertUsable()
    const record = this.#functions.lookup(fn)
    const [only] = chunk
    if (chunk.length === 1 && only !== undefined) this.#pool.enqueue(new ItemTask(record, only, first, sink))
    else this.#pool.enqueue(chunkOf(record, fn, chunk, first, sink))
  }

  /** @internal See {@link ChunkExecutor}. */
  noteCancelled(): void {
    this.#pool.noteCancelled()
  }

  /** @internal See {@link ChunkExecutor}. */
  hasRoomFor(onRoom: () => void): boolean {
    return this.#pool.admission.hasRoomFor(onRoom)
  }

  /** Durations, waiting times and bytes as histograms, from the first call on; each call gives the same object. */
  measure(): Measurements {
    return this.#pool.measure()
  }

  /** What it has done and does now, and what `measure` gives. */
  stats(): ExecutorStats {
    return this.#pool.stats()
  }

  /** True from when `maxQueue` tasks wait until only half as many do: then the event `drain` follows. */
  get needsDrain(): boolean {
    return this.#pool.admission.needsDrain
  }

  /**
   * Changes `maxWorkers` in place. With fewer, those that have nothing to do go first; others finish what they run, and
   * give back what they have not begun.
   *
   * @returns resolves when no more workers are there
   * @throws RangeError when it is no positive integer; ShutdownError, BrokenPoolError when it takes no more tasks
   */
  resize(maxWorkers: number): Promise<void> {
    checkInteger('maxWorkers', maxWorkers, 1)
    return this.#pool.resize(maxWorkers)
  }

  /** For schedulers: `getReusableExecutor` leaves it to its user until what this returns is called, also while idle. */
  lease(): () => void {
    const lease = {}
    this.#leases.add(lease)
    return () => void this.#leases.delete(lease)
  }

  /** It has nothing to do, and nobody has leased it. */
  get free(): boolean {
    return this.idle && this.#leases.size === 0
  }

  /** True while it takes tasks. */
  get usable(): boolean {
    return this.#pool.usable
  }

  /** True when it has nothing to do. */
  get idle(): boolean {
    return this.#pool.idle
  }

  /**
   * Takes no more tasks. Those that were submitted still run, unless `cancelFutures` asks to cancel the ones that were
   * not yet handed to a worker.
   *
   * @returns resolves when everything is done and the workers are gone; at once with `wait: false`
   */
  async shutdown(options: ShutdownOptions = {}): Promise<void> {
    checkOptionNames('shutdown', options, ['wait', 'cancelFutures'], { cancel_futures: 'cancelFutures' })
    const closed = this.#pool.close(options.cancelFutures ?? false).then(() => warnOfUnseenFailures(this.#owner))
    if (options.wait ?? true) await closed
  }

  /** Ends all workers now. Futures that are not done reject with {@link ShutdownError}. */
  async terminate(): Promise<void> {
    await this.#pool.terminate()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.shutdown()
  }

  get [Symbol.toStringTag](): string {
    return workerKinds[this.#kind].executor
  }

  [replace](): never {
    throw new SerializationError(`a ${workerKinds[this.#kind].executor} stays with the thread that created it`, {
      hint: 'create one inside of the function, with perWorker where many tasks need it, or submit from here',
    })
  }

  #startMap(
    where: 'map' | 'mapUnordered',
    fn: AnyTaskFunction,
    given: readonly unknown[],
    callSite: CallSite,
  ): MapResults<never> {
    this.#pool.assertUsable()
    const prepared = this.prepare(fn)
    return startMap({
      ...splitOptions(where, given),
      where,
      fn: prepared,
      ordered: where === 'map',
      indexed: where === 'mapUnordered',
      executor: this,
      callSite,
    })
  }

  #submitWith<A extends readonly unknown[], R>(
    options: TaskOptions,
    fn: TaskFunction<A, R>,
    args: A,
    below: WorkerExecutor['submit'],
  ): Future<Awaited<R>> {
    const { signal } = options
    if (signal?.aborted === true) this.#pool.assertUsable() // no worker is needed
    else this.#pool.admit()
    const record = this.#lookup(fn, below)
    const task = new Task(record, args, options, this.#callSites.next(!this.#pool.isGathering, below))
    const future = task.future as Future<Awaited<R>>
    if (signal !== undefined) {
      const abort = (cause: unknown): void =>
        this.#pool.abort(task, new CancelledError('the task was aborted', { cause }))
      if (signal.aborted) {
        abort(signal.reason)
        return future
      }
      task.onRelease(this.#signals.watch(signal, abort))
    }
    this.#pool.enqueue(task)
    return future
  }

  #lookup(fn: unknown, below: Method): FunctionRecord {
    try {
      return this.#functions.lookup(fn)
    } catch (error) {
      new CallSite(below).addTo(error)
      throw error
    }
  }

  /** One for all when all are the same, else one a call. */
  #records(calls: readonly { readonly fn: AnyTaskFunction }[]): FunctionRecord[] {
    const first = calls[0]
    if (first === undefined) return []
    const record = this.#functions.lookup(first.fn)
    if (calls.every(call => call.fn === first.fn)) return [record]
    return calls.map((call, index) => (index === 0 ? record : this.#functions.lookup(call.fn)))
  }
}

type Method = (...args: never[]) => unknown

// Whatever a program or a test puts in their place: these are on the stack.
const { submit, prepare, map, mapUnordered } = WorkerExecutor.prototype
