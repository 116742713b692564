import {
  type AnyTaskFunction,
  CallSite,
  describeValue,
  type Future,
  FutureResolver,
  InvalidStateError,
  type MapItems,
  type MapOptions,
  type MapResults,
  origin,
  type Origin,
  Promise,
  replace,
  SerializationError,
  ShutdownError,
  type TaskFunction,
} from '@manyhands/base'
import { poolOrigin } from '../entry-url.ts'
import { executorClassOf } from '../executor/executor-classes.ts'
import { startMap } from '../executor/map-results.ts'
import type { WorkerExecutor } from '../executor/worker-executor.ts'
import { AsyncResult, type Callbacks } from './async-result.ts'
import {
  countItems,
  type ImapOptions,
  type MapAsyncOptions,
  type PoolMapOptions,
  type PoolMethod,
  type PoolOptions,
  readMethodOptions,
  readPoolOptions,
} from './pool-options.ts'
import { noteUse, unwatchPool, watchPool } from './unclosed-pools.ts'

type Arguments = readonly [] | readonly unknown[]

/**
 * Python's `multiprocessing.Pool`: calls and maps on processes, or on threads with `kind: 'threads'`.
 *
 * ```ts
 * const pool = new Pool(2)
 * console.log(await pool.map(x => x ** 2, [1, 2, 3])) // [ 1, 4, 9 ]
 * console.log(await pool.starmap((x, y) => x * y, [[1, 2], [3, 4]])) // [ 2, 12 ]
 * const result = pool.applyAsync((x: number) => x + 1, [1])
 * console.log(await result.get({ timeoutMs: 10_000 })) // 2
 * pool.close()
 * await pool.join()
 * ```
 *
 * `await using pool = new Pool()` terminates it at the end of the scope, as Python's `with` does. Unlike there a task
 * whose worker is killed is not lost: it rejects with {@link WorkerExitedError}, and the pool goes on.
 */
export class Pool implements AsyncDisposable {
  readonly #executor: WorkerExecutor
  /** Maps that have more to submit. */
  #maps = 0
  /** Resolved when the pool is closed and no map has more to submit, or it is terminated. */
  readonly #drained = Promise.withResolvers<void>()
  /** Set when it is closed: resolves when its workers are gone. */
  #ended: Promise<void> | undefined

  /**
   * @param options - or the number of workers, at least 1. @default one process for each processor, `cpuCount()`
   * @throws TypeError, RangeError for bad options; {@link SerializationError} when the initializer cannot travel
   */
  constructor(options: PoolOptions | number = {}) {
    const { kind = 'processes', ...rest } = readPoolOptions(options)
    this.#executor = new (executorClassOf(kind))(rest)
    watchPool(this, this.#executor)
  }

  static get [origin](): Origin {
    return poolOrigin('Pool')
  }

  get maxWorkers(): number {
    return this.#executor.maxWorkers
  }

  /**
   * Runs `fn(...args)` on a worker.
   *
   * @returns a future; it rejects as one of `ProcessPoolExecutor.submit` does
   * @throws {@link SerializationError} when `fn` cannot travel
   * @throws {@link ShutdownError}, {@link BrokenPoolError} when the pool takes no more tasks
   */
  apply<R>(fn: () => R): Future<Awaited<R>>
  apply<A extends Arguments, R>(fn: TaskFunction<A, R>, args: Readonly<A>): Future<Awaited<R>>
  apply(fn: AnyTaskFunction, args: unknown = []): Future<never> {
    return this.#apply('apply', fn, args)
  }

  /**
   * As `apply`, and calls exactly one of `callback` and `errorCallback` when it is done.
   *
   * @throws as `apply`, and TypeError for bad options
   */
  applyAsync<R>(fn: () => R): AsyncResult<Awaited<R>>
  applyAsync<A extends Arguments, R>(
    fn: TaskFunction<A, R>,
    args: Readonly<A>,
    callbacks?: Callbacks<Awaited<R>>,
  ): AsyncResult<Awaited<R>>
  applyAsync(fn: AnyTaskFunction, args: unknown = [], callbacks?: Callbacks<never>): AsyncResult<never> {
    const checked = readMethodOptions('applyAsync', callbacks)
    return new AsyncResult(this.#apply('applyAsync', fn, args), checked)
  }

  /**
   * Runs `fn(item)` for each item and resolves to all results, in the order of the items.
   *
   * A sync iterable is read at once, so that its length is known; an async one while tasks run. The first error, in the
   * order of the items, rejects it and cancels what was not yet handed to a worker (Python runs all items first).
   *
   * @param options - or the `chunkSize`
   * @returns a future; it rejects with the error of a task or of the input, {@link WaitTimeoutError} when `timeoutMs`
   * is over, {@link CancelledError} when `signal` is aborted
   * @throws as `apply`, and TypeError, RangeError for bad options and for what is not iterable
   */
  map<I, R>(fn: (item: I) => R, items: MapItems<I>, options?: PoolMapOptions | number): Future<Awaited<R>[]> {
    return this.#mapAsync<Awaited<R>>('map', fn, items, readMethodOptions('map', options), map)
  }

  /**
   * As `map`, and calls exactly one of `callback`, with all results, and `errorCallback` when it is done.
   *
   * @throws as `map`
   */
  mapAsync<I, R>(
    fn: (item: I) => R,
    items: MapItems<I>,
    options?: MapAsyncOptions<Awaited<R>> | number,
  ): AsyncResult<Awaited<R>[]> {
    const { callback, errorCallback, ...rest } = readMethodOptions<MapAsyncOptions<Awaited<R>>>('mapAsync', options)
    const future = this.#mapAsync<Awaited<R>>('mapAsync', fn, items, rest, mapAsync)
    return new AsyncResult(future, { callback, errorCallback })
  }

  /**
   * Runs `fn(...item)` for each item, and is `map` otherwise.
   *
   * @throws as `map`
   */
  starmap<A extends Arguments, R>(
    fn: TaskFunction<A, R>,
    items: MapItems<Readonly<A>>,
    options?: PoolMapOptions | number,
  ): Future<Awaited<R>[]> {
    return this.#mapAsync<Awaited<R>>('starmap', fn, items, readMethodOptions('starmap', options), starmap)
  }

  /**
   * Runs `fn(...item)` for each item, and is `mapAsync` otherwise.
   *
   * @throws as `map`
   */
  starmapAsync<A extends Arguments, R>(
    fn: TaskFunction<A, R>,
    items: MapItems<Readonly<A>>,
    options?: MapAsyncOptions<Awaited<R>> | number,
  ): AsyncResult<Awaited<R>[]> {
    const { callback, errorCallback, ...rest } = readMethodOptions<MapAsyncOptions<Awaited<R>>>('starmapAsync', options)
    const future = this.#mapAsync<Awaited<R>>('starmapAsync', fn, items, rest, starmapAsync)
    return new AsyncResult(future, { callback, errorCallback })
  }

  /**
   * Runs `fn(item)` for each item and yields the results in the order of the items; with `bufferSize` the input is
   * pulled as results are taken.
   *
   * @param options - or the `chunkSize`
   * @throws as the `map` of executors
   */
  imap<I, R>(fn: (item: I) => R, items: MapItems<I>, options?: ImapOptions | number): MapResults<Awaited<R>> {
    return this.#start<Awaited<R>>('imap', fn, items, readMethodOptions('imap', options), new CallSite(imap))
  }

  /**
   * As `imap`, but yields results as they come.
   *
   * @throws as the `mapUnordered` of executors
   */
  imapUnordered<I, R>(fn: (item: I) => R, items: MapItems<I>, options?: ImapOptions | number): MapResults<Awaited<R>> {
    const checked = readMethodOptions('imapUnordered', options)
    return this.#start<Awaited<R>>('imapUnordered', fn, items, checked, new CallSite(imapUnordered))
  }

  /**
   * Takes no more calls. What was called runs to its end, after which the workers exit. That includes
   * the rest of the input of a map; that of an `imap` with `bufferSize` is pulled as its results are taken.
   */
  close(): void {
    if (this.#ended !== undefined) return
    unwatchPool(this)
    this.#ended = this.#drained.promise.then(() => this.#executor.shutdown())
    if (this.#maps === 0) this.#drained.resolve()
  }

  /** Ends all workers now; what is not done rejects with {@link ShutdownError}. Resolves when they are gone. */
  async terminate(): Promise<void> {
    this.close()
    this.#drained.resolve()
    await this.#executor.terminate()
  }

  /**
   * Waits until the workers have exited.
   *
   * @throws {@link InvalidStateError} when the pool was neither closed nor terminated
   */
  async join(): Promise<void> {
    if (this.#ended === undefined) {
      throw new InvalidStateError('the pool is still running: call close() or terminate() before join()')
    }
    await this.#ended
  }

  /** Terminates it. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.terminate()
  }

  get [Symbol.toStringTag](): string {
    return 'Pool'
  }

  [replace](): never {
    throw new SerializationError('a Pool stays with the thread that created it', {
      hint: 'create one inside of the function, or submit from here',
    })
  }

  #assertOpen(): void {
    if (this.#ended !== undefined) throw new ShutdownError('the pool was closed: it accepts no more tasks')
    noteUse(this)
  }

  #apply(where: string, fn: AnyTaskFunction, args: unknown): Future<never> {
    this.#assertOpen()
    if (!Array.isArray(args)) {
      throw new TypeError(
        `${where} takes an array of arguments, got ${describeValue(args)}: write ${where}(fn, [value])`,
      )
    }
    return this.#executor.submit(fn as TaskFunction<readonly unknown[], never>, ...(args as readonly unknown[]))
  }

  #mapAsync<R>(
    where: PoolMethod,
    fn: AnyTaskFunction,
    items: MapItems<unknown>,
    options: PoolMapOptions,
    below: AnyTaskFunction,
  ): Future<R[]> {
    const callSite = new CallSite(below)
    const counted = options.chunkSize === undefined ? countItems(items) : { items, count: undefined }
    const chunkSize =
      counted.count === undefined ? options.chunkSize : Math.max(1, Math.ceil(counted.count / (4 * this.maxWorkers)))
    const results = this.#start<R>(where, fn, counted.items, { ...options, chunkSize }, callSite)
    const resolver = new FutureResolver<R[]>(`${where}: ${fn.name === '' ? '(anonymous)' : fn.name}`)
    resolver.start()
    results.toArray().then(
      all => resolver.resolve(all),
      (error: unknown) => resolver.reject(error),
    )
    return resolver.future
  }

  #start<R>(
    where: PoolMethod,
    fn: AnyTaskFunction,
    items: MapItems<unknown>,
    options: ImapOptions,
    callSite: CallSite,
  ): MapResults<R> {
    this.#assertOpen()
    const spread = where.startsWith('starmap') ? ({ spread: true } as const) : {}
    const executor = this.#executor
    this.#maps++
    try {
      return startMap<R>({
        where,
        fn: executor.prepare(fn as TaskFunction<readonly unknown[], unknown>),
        inputs: [items],
        options: { ...options, ...spread } as MapOptions,
        ordered: where !== 'imapUnordered',
        indexed: false,
        executor,
        callSite,
        onSubmitted: () => this.#submitted(),
      })
    } catch (error) {
      this.#submitted()
      throw error
    }
  }

  #submitted(): void {
    this.#maps--
    if (this.#maps === 0 && this.#ended !== undefined) this.#drained.resolve()
  }
}

// Whatever a program or a test puts in their place: these are on the stack.
const { map, mapAsync, starmap, starmapAsync, imap, imapUnordered } = Pool.prototype
