import {
  checkFunction,
  checkOptionNames,
  describeValue,
  newSharedId,
  refuseNew,
  replace,
  SerializationError,
  WorkerExitedError,
} from '@manyhands/base'
import type * as Core from '@manyhands/core'
import type {
  Barrier,
  BarrierOptions,
  BoundedSemaphore,
  Condition,
  JoinableQueue,
  Lock,
  LockOptions,
  Queue,
  QueueOptions,
  RLock,
  Semaphore,
  SharedEvent,
} from '@manyhands/core'
import { newAuthKey } from '../here/auth-key.ts'
import { linkTo } from '../remote/link-to.ts'
import { links } from '../remote/link.ts'
import { type Managed, reviveProxy } from '../remote/managed.ts'
import { type ContainerKind, type ProxyHandle, ROOT, type ServerAddress } from '../remote/messages.ts'
import { ManagedResult, RemoteLink } from '../remote/remote-link.ts'
import { type Remote, RemoteObject } from '../remote/remote-object.ts'
import { DictProxy } from './dict-proxy.ts'
import { ListProxy } from './list-proxy.ts'
import { ManagerProcess } from './manager-process.ts'
import { checkName, NamespaceProxy } from './namespace-proxy.ts'
import { SetProxy } from './set-proxy.ts'

export type ManagerOptions<A extends readonly unknown[] = readonly []> = {
  /** Runs in the process of the manager before there is any object. */
  readonly initializer?: ((...args: A) => unknown) | undefined
} & ([] extends A ? { readonly args?: A | undefined } : { /** Arguments of `initializer`. */ readonly args: A })

export interface CreateOptions<K> {
  /** The methods that can be called, also such that begin with `_`. @default all that do not */
  readonly exposed: readonly K[]
}

type Class<A extends readonly unknown[], T> = new (...args: A) => T
type Factory<A extends readonly unknown[], T> = (...args: A) => T | Promise<T>
type Primitive<O> = Omit<O, 'across'>

/**
 * How long the process may take to end. Longer: one that is busy may still end by itself; shorter: it is killed sooner,
 * which harms nothing, as its objects are gone anyway.
 */
const SHUTDOWN_MS = 5000
/** The same when its connection has ended, which it does when the process dies. */
const DEATH_MS = 1000

/**
 * Keeps objects in a process of its own, for all threads and processes that are given a proxy of one: lists,
 * dictionaries, sets, namespaces, and objects of classes of your own.
 *
 * ```ts
 * await using manager = await Manager.create()
 * await using pool = new ProcessPoolExecutor()
 * const results = await manager.dict<string, number>()
 * await pool.submit(async () => results.set('a', 1))
 * ```
 *
 * Proxies can be arguments, captured, results, and items of each other. Each call is a message to the process and back.
 * The process does not keep the program alive, and ends with it; it ignores Ctrl-C. An object is freed when the last
 * proxy of it is gone.
 *
 * Locks, queues and their like need no manager; they are made here with `across: 'processes'`. For numbers in shared
 * memory see `SharedArray` and `Value`.
 *
 * Source of the semantics: Python, `multiprocessing.Manager`.
 */
export class Manager implements AsyncDisposable {
  /** The primitives, which a pool without a manager does not load. */
  readonly #core: typeof Core
  readonly #process: ManagerProcess
  readonly #server: ServerAddress
  readonly #link: RemoteLink
  #shutdown: Promise<void> | undefined

  private constructor(core: typeof Core, child: ManagerProcess, server: ServerAddress, link: RemoteLink) {
    if (link === undefined) refuseNew('Manager', 'await Manager.create()')
    this.#core = core
    this.#process = child
    this.#server = server
    this.#link = link
  }

  /**
   * Starts the process of a manager.
   *
   * @throws what `initializer` throws
   * @throws InvalidStateError in a daemon, which may not start processes; SerializationError when `initializer` cannot
   * travel
   * @throws WorkerExitedError when the process ends before it is ready
   * @throws TypeError for bad options
   */
  static async create<A extends readonly unknown[] = readonly []>(
    options: ManagerOptions<A> = {} as ManagerOptions<A>,
  ): Promise<Manager> {
    checkOptionNames('Manager.create', options, ['initializer', 'args'], { initargs: 'args', initializerArgs: 'args' })
    const { initializer, args = [] } = options
    if (initializer !== undefined) checkFunction('initializer', initializer)
    if (!Array.isArray(args)) throw new TypeError(`args must be an array, got ${describeValue(args)}`)
    const core = await import('@manyhands/core')
    const [news, announce] = core.pipe({ duplex: false })
    const [id, key] = [newSharedId(), newAuthKey()]
    const child = new ManagerProcess({
      id,
      key,
      announce,
      initializer: initializer as ((...args: readonly unknown[]) => unknown) | undefined,
      args,
    })
    let started: { readonly address: string } | { readonly error: unknown }
    try {
      await child.start()
      announce.close()
      started = await news.recv()
    } catch (error) {
      throw child.pid === null ? error : ((await explain(child)) ?? error)
    } finally {
      announce.close()
      news.close()
    }
    if ('error' in started) throw started.error
    const server = { id, address: started.address, key }
    const link = linkTo(server) as RemoteLink
    link.explain = () => explain(child)
    return new Manager(core, child, server, link)
  }

  /** Of its process. */
  get pid(): number | null {
    return this.#process.pid
  }

  list<T = unknown>(initial: Iterable<T> = []): Promise<ListProxy<T>> {
    return this.#container('list', ListProxy<T>, () => toArray(initial))
  }

  dict<K = unknown, V = unknown>(initial: Iterable<readonly [K, V]> = []): Promise<DictProxy<K, V>> {
    return this.#container('dict', DictProxy<K, V>, () => toArray(initial))
  }

  set<T = unknown>(initial: Iterable<T> = []): Promise<SetProxy<T>> {
    return this.#container('set', SetProxy<T>, () => toArray(initial))
  }

  /** @throws TypeError for a name that begins with `_` */
  namespace<T extends object = Record<string, unknown>>(initial: Partial<T> = {}): Promise<NamespaceProxy<T>> {
    return this.#container('namespace', NamespaceProxy<T>, () => {
      for (const name of Object.keys(initial)) checkName(name)
      return { ...initial }
    })
  }

  /**
   * Makes an object of a class, or what a function returns, in the process of the manager. Its methods can be called by
   * the proxy, unless their names begin with `_`.
   *
   * An error that a method throws is that of the call. A generator stays in the manager and is iterated from here.
   *
   * @throws what the constructor throws
   * @throws SerializationError when the class or an argument cannot travel
   */
  create<A extends readonly unknown[], T extends object>(type: Class<A, T>, ...args: A): Promise<Remote<T>>
  create<A extends readonly unknown[], T extends object>(factory: Factory<A, T>, ...args: A): Promise<Remote<T>>
  create(
    type: Class<readonly never[], object> | Factory<readonly never[], object>,
    ...args: readonly unknown[]
  ): Promise<Remote<object>> {
    return this.#create(type, undefined, args)
  }

  /**
   * Says which methods can be called: `manager.with({ exposed: ['add'] }).create(Counter)`.
   *
   * @throws TypeError for bad options
   */
  with<K extends string>(
    options: CreateOptions<K>,
  ): {
    create<A extends readonly unknown[], T extends { readonly [P in K]: unknown }>(
      type: Class<A, T> | Factory<A, T>,
      ...args: A
    ): Promise<Remote<T, K>>
  } {
    checkOptionNames('Manager.with', options, ['exposed'])
    const { exposed } = options
    if (!Array.isArray(exposed) || !exposed.every(name => typeof name === 'string')) {
      throw new TypeError(`exposed must be an array of names, got ${describeValue(exposed)}`)
    }
    return { create: (type, ...args) => this.#create(type, exposed, args) }
  }

  /** How many objects it has. */
  objectCount(): Promise<number> {
    return this.#call('count') as Promise<number>
  }

  queue<T = unknown>(options: Primitive<QueueOptions> = {}): Queue<T> {
    return new this.#core.Queue<T>({ ...options, across: 'processes' })
  }

  joinableQueue<T = unknown>(options: Primitive<QueueOptions> = {}): JoinableQueue<T> {
    return new this.#core.JoinableQueue<T>({ ...options, across: 'processes' })
  }

  lock(options: Primitive<LockOptions> = {}): Lock {
    return new this.#core.Lock({ ...options, across: 'processes' })
  }

  rlock(): RLock {
    return new this.#core.RLock({ across: 'processes' })
  }

  semaphore(permits = 1): Semaphore {
    return new this.#core.Semaphore(permits, { across: 'processes' })
  }

  boundedSemaphore(permits = 1): BoundedSemaphore {
    return new this.#core.BoundedSemaphore(permits, { across: 'processes' })
  }

  /** @param lock - @default a new RLock */
  condition(lock: Lock | RLock = this.rlock()): Condition {
    return new this.#core.Condition({ lock })
  }

  event(): SharedEvent {
    return new this.#core.SharedEvent({ across: 'processes' })
  }

  barrier(parties: number, options: Primitive<BarrierOptions> = {}): Barrier {
    return new this.#core.Barrier(parties, { ...options, across: 'processes' })
  }

  /**
   * Ends the process. Calls that are under way, and later ones, reject with ShutdownError. Calling it again waits for
   * the same end.
   */
  shutdown(): Promise<void> {
    return (this.#shutdown ??= this.#end())
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.shutdown()
  }

  [replace](): never {
    throw new SerializationError('a Manager stays with the thread that created it', {
      hint: 'send the proxies of its objects',
    })
  }

  async #end(): Promise<void> {
    this.#link.shutdown()
    if ((await this.#process.join({ timeoutMs: SHUTDOWN_MS })) === undefined) {
      this.#process.kill()
      await this.#process.join()
    }
    links().delete(this.#server.id)
  }

  async #container<P extends Managed>(
    kind: ContainerKind,
    type: new (handle: ProxyHandle) => P,
    initial: () => object,
  ): Promise<P> {
    return reviveProxy(type, await this.#made('container', kind, initial()))
  }

  async #create(type: unknown, exposed: readonly string[] | undefined, args: readonly unknown[]): Promise<never> {
    checkFunction('type', type)
    return reviveProxy(RemoteObject, await this.#made('create', type, exposed, args)) as never
  }

  async #made(method: string, ...args: readonly unknown[]): Promise<ProxyHandle> {
    const result = await this.#call(method, ...args)
    return (result as ManagedResult).handle
  }

  async #call(method: string, ...args: readonly unknown[]): Promise<unknown> {
    return this.#link.call(ROOT, method, args)
  }
}

async function explain(child: ManagerProcess): Promise<unknown> {
  const status = await child.join({ timeoutMs: DEATH_MS })
  return status === undefined
    ? undefined
    : new WorkerExitedError({
        kind: 'process',
        exitCode: status.exitCode,
        signal: status.signalCode,
        pid: child.pid ?? undefined,
      })
}

function toArray(initial: unknown): unknown[] {
  if (typeof initial !== 'object' || initial === null || !(Symbol.iterator in initial)) {
    throw new TypeError(`the initial items must be an iterable, got ${describeValue(initial)}`)
  }
  return [...(initial as Iterable<unknown>)]
}
