import {
  type Across,
  checkDuration,
  checkFunction,
  checkOptionNames,
  checkSignal,
  describeValue,
  InvalidStateError,
  noteOffers,
  receiverGone,
  SerializationError,
  untilDone,
  Promise,
} from '@manyhands/base'
import { labelOf, pack } from '@manyhands/closure'
import { childLineage, nextPath } from '../here/child-lineage.ts'
import { currentProcess, place } from '../here/current-process.ts'
import { useCodecInChannels } from '../host/channel-codec.ts'
import type { Channel, ChannelEvents, ChannelOptions } from '../host/channel.ts'
import { checkPlaceOptions, placeOptionNames, type PlaceOptions } from '../host/place-options.ts'
import { withCure } from '../host/scarcity.ts'
import { workerEntry } from '../host/worker-entry.ts'
import type { StartMethod } from '../protocol/lineage.ts'
import { factsKey, type ProcessFacts } from '../protocol/process-facts.ts'
import { unsendable } from '../protocol/unsendable-error.ts'
import type { ProcessInit } from '../protocol/worker-init.ts'
import { type WorkerKind, workerKinds } from '../protocol/worker-kinds.ts'
import { ChildHandle } from './child-handle.ts'
import { listChild } from './child-list.ts'
import { Sentinel } from './sentinel.ts'

export type ProcessOptions<A extends readonly unknown[] = readonly []> = {
  /** What it runs. A subclass may have `run()` instead. */
  readonly target?: ((...args: A) => unknown) | undefined
  /** @default `Process-1`, `Process-2` and so on; for children of children `Process-1:1` */
  readonly name?: string | undefined
  /**
   * true: it does not keep this program alive, ends with it, and may not start others.
   * @default as whoever creates it
   */
  readonly daemon?: boolean | undefined
} & PlaceOptions &
  ([] extends A
    ? { readonly args?: A | undefined }
    : { /** Arguments of `target`. They are read by `start()`. */ readonly args: A })

/** How a process or thread ended. */
export interface ExitStatus {
  /** null when a signal ended it. */
  readonly exitCode: number | null
  /** null for threads. */
  readonly signalCode: string | null
}

export interface JoinOptions {
  /** Milliseconds to wait at most; 0 or less only looks. @default no limit */
  readonly timeoutMs?: number | undefined
  /** Ends the wait, not the process. */
  readonly signal?: AbortSignal | undefined
}

/** What differs between a process and a thread. */
export interface ChildKind {
  readonly kind: WorkerKind
  readonly startMethod: StartMethod
  start(options: ChannelOptions<ProcessInit>, events: ChannelEvents): Channel
}

/** What only its creator has. */
interface Own {
  readonly place: PlaceOptions
  readonly path: readonly number[]
  authKey: Uint8Array
  handle: ChildHandle | undefined
  sentinel: Sentinel | undefined
  closed: boolean
}

const owned = new WeakMap<Child, Own>()
const names = ['target', 'args', 'name', 'daemon', ...placeOptionNames]
const mistakes = { task: 'target', fn: 'target', func: 'target', arguments: 'args', kwargs: 'args', daemonic: 'daemon' }

/**
 * What Process and Thread have in common, which is all but how they are started.
 *
 * It has no private members, because an instance of a subclass travels to its process by its properties. Only the
 * thread that created an instance may start it, wait for it and end it; elsewhere it has its name and its ids.
 */
export abstract class Child {
  declare readonly [factsKey]: ProcessFacts

  protected abstract kind(): ChildKind

  protected constructor(kind: WorkerKind, options: ProcessOptions<readonly never[]>) {
    const label = workerKinds[kind].child
    if (typeof options === 'function') {
      throw new TypeError(`${label} takes an options object: write new ${label}({ target: fn, args: [] })`)
    }
    checkOptionNames(label, options, names, mistakes)
    const { target, args, name, daemon, env, argv, execArgv } = options
    if (target !== undefined) checkFunction('target', target)
    if (args !== undefined && !isIterable(args)) {
      throw new TypeError(`args must be an array, got ${describeValue(args)}`)
    }
    if (name !== undefined) checkName(name)
    if (daemon !== undefined) checkDaemon(daemon)
    checkPlaceOptions(kind, options)
    const path = nextPath(kind)
    const current = currentProcess()
    const facts: ProcessFacts = {
      name: name ?? `${label}-${path.join(':')}`,
      daemon: daemon ?? current.daemon,
      pid: null,
      threadId: null,
      target: target as ProcessFacts['target'],
      args: args === undefined ? [] : [...args],
    }
    Object.defineProperty(this, factsKey, { value: facts })
    owned.set(this, {
      place: { env, argv: argv === undefined ? undefined : [...argv], execArgv },
      path,
      authKey: current.authKey,
      handle: undefined,
      sentinel: undefined,
      closed: false,
    })
  }

  /** What it does, over there: calls `target`. A subclass may do something else; its properties travel along. */
  run(): unknown {
    const { target, args } = this[factsKey]
    return target?.(...args)
  }

  /**
   * Starts it. It runs `run()`, and ends when nothing is left that its event loop waits for. An error that it does not
   * catch is printed on its stderr with the stack, and its exit code is 1; whoever started it is not told more.
   *
   * All errors are rejections.
   *
   * @returns resolves when it is on its way; its `pid` is there at once
   * @throws InvalidStateError when it was started before or created elsewhere, in a daemon, and when it would be nested
   * too deep
   * @throws SerializationError when `target`, an argument, or a property of the subclass cannot travel
   * @throws what the system says when it cannot be started
   */
  async start(): Promise<void> {
    const own = ownOf(this, 'start it')
    const facts = this[factsKey]
    if (own.handle !== undefined) {
      throw new InvalidStateError(`\`${facts.name}\` was started before: it runs only once, create another`)
    }
    if (place().lineage?.daemon === true) {
      throw new InvalidStateError(
        `\`${currentProcess().name}\` is a daemon and may not start \`${facts.name}\`: nobody would wait for it`,
      )
    }
    const { kind, startMethod, start } = this.kind()
    workerEntry() // before anything is packed
    const lineage = childLineage({
      name: facts.name,
      daemon: facts.daemon,
      path: own.path,
      authKey: own.authKey,
      startMethod,
      argv: own.place.argv,
    })
    const isPlain = this.run === Child.prototype.run && Reflect.ownKeys(this).length === 1
    useCodecInChannels()
    const { made: body, offered = [] } = noteOffers(() =>
      packFor(facts, isPlain ? [facts.target ?? doNothing, facts.args] : this, workerKinds[kind].across),
    )
    const options = { init: { kind, lineage, body }, ...own.place, resourceLimits: undefined }
    const handle = new ChildHandle(
      events => start(options, events),
      `${workerKinds[kind].child} ${facts.name}`,
      facts.daemon,
    )
    const { pid, threadId: thread } = handle.channel
    if (pid === undefined && thread === undefined) {
      await new Promise<void>(resolve => handle.onExit(resolve))
      receiverGone(offered)
      throw withCure(handle.failure)
    }
    own.handle = handle
    facts.pid = pid ?? process.pid
    facts.threadId = thread ?? null
    // It has its own by now: what these hold here may go.
    facts.target = undefined
    facts.args = []
    listChild(this, handle, forgetting(offered))
  }

  /**
   * Waits until it has ended, and everything that it printed is out.
   *
   * @returns how it ended; undefined when the time was over before
   * @throws CancelledError when `signal` ended the wait
   * @throws InvalidStateError when it was not started, or created elsewhere, or closed
   */
  async join(options: JoinOptions = {}): Promise<ExitStatus | undefined> {
    checkOptionNames('join', options, ['timeoutMs', 'signal'], { timeout: 'timeoutMs' })
    checkDuration('timeoutMs', options.timeoutMs, { negative: true })
    checkSignal('signal', options.signal)
    const { timeoutMs = Infinity, signal } = options
    const handle = handleOf(this, 'join it')
    if (handle.exit !== undefined || timeoutMs <= 0) return statusOf(handle)
    const status = (): ExitStatus | undefined => statusOf(handle)
    return untilDone('join', { timeoutMs, signal }, status, settle => handle.onExit(() => settle.resolve(status())))
  }

  /** Ends it by SIGTERM; a thread wherever it is. What it holds is not given back, and what it started ends too. */
  terminate(): void {
    handleOf(this, 'terminate it').signal('SIGTERM')
  }

  /** Ends it by SIGKILL, which it cannot refuse; a thread wherever it is. */
  kill(): void {
    handleOf(this, 'kill it').signal('SIGKILL')
  }

  /** Sends SIGINT, which ends it unless it listens. A thread hears of it as the event `SIGINT` of its `process`. */
  interrupt(): void {
    handleOf(this, 'interrupt it').signal('SIGINT')
  }

  /**
   * Lets go of what is known of it. Most members throw from then on; closing twice is fine.
   *
   * @throws InvalidStateError when it is still running
   */
  close(): void {
    const own = owned.get(this)
    if (own?.closed === true) return
    const { handle } = ownOf(this, 'close it')
    if (handle !== undefined && handle.exit === undefined) {
      throw new InvalidStateError(`\`${this.name}\` is still running: end it or join it before it is closed`)
    }
    Object.assign(ownOf(this, 'close it'), { closed: true, handle: undefined, sentinel: undefined })
  }

  get isAlive(): boolean {
    if (isHere(this)) return true
    const { handle } = ownOf(this, 'ask whether it is alive')
    return handle !== undefined && handle.exit === undefined
  }

  /**
   * null while it runs, before, and when a signal ended it. 1 after an error that it did not catch; a thread that was
   * terminated has 1 as well.
   */
  get exitCode(): number | null {
    return ownOf(this, 'ask for its exit code').handle?.exit?.exitCode ?? null
  }

  /** The signal that ended it, such as `SIGTERM`; else null. Threads have none. */
  get signalCode(): string | null {
    return ownOf(this, 'ask for its signal').handle?.exit?.signal ?? null
  }

  /** Of the process; a thread has that of the process it is part of. null before it is started. */
  get pid(): number | null {
    return this[factsKey].pid
  }

  /** Of a Thread; null before it is started, and for processes. */
  get threadId(): number | null {
    return this[factsKey].threadId
  }

  get name(): string {
    return this[factsKey].name
  }

  set name(name: string) {
    checkName(name)
    this[factsKey].name = name
  }

  /**
   * true: it does not keep this program alive, ends with it, and may not start others. It can be set before it is
   * started.
   */
  get daemon(): boolean {
    return this[factsKey].daemon
  }

  set daemon(daemon: boolean) {
    checkDaemon(daemon)
    if (ownOf(this, 'make it a daemon').handle !== undefined) {
      throw new InvalidStateError(`\`${this.name}\` was started before: daemon can no longer be set`)
    }
    this[factsKey].daemon = daemon
  }

  /** The secret that it starts with as its own, by default this process's. It never travels by itself. */
  get authKey(): Uint8Array {
    return ownOf(this, 'read its authKey').authKey
  }

  set authKey(key: Uint8Array) {
    if (!(key instanceof Uint8Array)) throw new TypeError(`authKey must be a Uint8Array, got ${describeValue(key)}`)
    ownOf(this, 'set its authKey').authKey = key
  }

  /**
   * Ready when it has ended; for `waitAny`.
   *
   * @throws InvalidStateError before it is started
   */
  get sentinel(): Sentinel {
    const handle = handleOf(this, 'wait for its sentinel')
    const own = ownOf(this, 'wait for its sentinel')
    return (own.sentinel ??= new Sentinel(handle))
  }
}

function isHere(child: Child): boolean {
  const { pid, threadId: thread } = child[factsKey]
  return !owned.has(child) && pid === process.pid && (thread ?? 0) === place().threadId
}

function ownOf(child: Child, purpose: string): Own {
  const own = owned.get(child)
  if (own === undefined) throw new InvalidStateError(`only the thread that created \`${child.name}\` can ${purpose}`)
  if (own.closed) throw new InvalidStateError(`\`${child.name}\` is closed: nobody can ${purpose} any more`)
  return own
}

function handleOf(child: Child, purpose: string): ChildHandle {
  const { handle } = ownOf(child, purpose)
  if (handle === undefined) throw new InvalidStateError(`\`${child.name}\` was not started: nobody can ${purpose}`)
  return handle
}

function statusOf({ exit }: ChildHandle): ExitStatus | undefined {
  return exit === undefined ? undefined : { exitCode: exit.exitCode, signalCode: exit.signal }
}

function checkName(name: unknown): void {
  if (typeof name !== 'string') throw new TypeError(`name must be a string, got ${describeValue(name)}`)
}

function checkDaemon(daemon: unknown): void {
  if (typeof daemon !== 'boolean') throw new TypeError(`daemon must be true or false, got ${describeValue(daemon)}`)
}

function isIterable(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Symbol.iterator in value
}

const doNothing = (): void => {}

/** What a child needs to run, as a message. @throws SerializationError */
function packFor({ name, target }: ProcessFacts, body: unknown, across: Across): ReturnType<typeof pack> {
  try {
    return pack(body, { across })
  } catch (error) {
    const runs = target === undefined ? '' : `, which runs \`${labelOf(target)}\`,`
    throw error instanceof SerializationError ? unsendable(`\`${name}\`${runs} cannot be started`, error) : error
  }
}

/** Of its own scope: a callback that is made in `start` would keep the target and the arguments alive. */
function forgetting(offered: Parameters<typeof receiverGone>[0]): () => void {
  return () => receiverGone(offered)
}
