import {
  type Across,
  CancelledError,
  eventChannel,
  GRACE_MS,
  receiverGone,
  ShutdownError,
  slot,
  TaskTimeoutError,
  type WorkerExit,
  clearTimeout,
  queueMicrotask,
  setImmediate,
  setTimeout,
  clock,
  Promise,
} from '@manyhands/base'
import { workingDirectory } from '../here/working-directory.ts'
import type { ChannelOptions, StartChannel } from '../host/channel.ts'
import { abortShipment } from './aborts.ts'
import { prefetchDepth } from './batch-size.ts'
import { DISPOSE_MS } from './close-at-end.ts'
import { type Measurements, Meter } from './measurements.ts'
import { loadFirst, type Outgoing } from './outgoing.ts'
import { Recall } from './recall.ts'
import { asSendError } from './send-error.ts'
import type { Abortable, QueueItem, Shipment } from './shipment.ts'
import { StartWatch } from './start-watch.ts'
import { stayAwake } from './stay-awake.ts'
import { TaskQueue } from './task-queue.ts'
import { WorkerCodec } from './worker-codec.ts'
import { type OnWorkerExit, WorkerExits } from './worker-exits.ts'
import { WorkerHandle } from './worker-handle.ts'

/** Given to a worker that was asked to exit. */
const CLOSE_MS = 1000

const queued = eventChannel('pool-queue')
const sent = eventChannel('pool-send')
const begun = eventChannel('pool-begin')
const ended = eventChannel('pool-end')
const workerStarted = eventChannel('worker-start')
const workerExited = eventChannel('worker-exit')

export interface WorkerPoolOptions {
  readonly maxWorkers: number
  readonly onWorkerExit: OnWorkerExit
  readonly across: Across
  /** Workers have a working directory of their own. */
  readonly ownDirectory: boolean
  readonly concurrency: number
  /** Milliseconds that a worker may take to get ready, see `StartWatch`. */
  readonly startTimeoutMs?: number | undefined
  /** Processors that this process may use. */
  readonly cores: number
  readonly start: StartChannel
  /** For the worker with this id. */
  readonly channelOptions: (id: number) => ChannelOptions
}

/**
 * The queue and the workers of an executor.
 *
 * Every item of the queue leaves it for a worker, comes back to it, or is settled; every worker that goes has its tasks
 * settled or queued again. How a worker is reached is the channel's; what is in an item is the item's; what follows
 * from an abort, from a worker that exits, and from tasks that wait behind others is in `aborts.ts`, `worker-exits.ts`
 * and `recall.ts`.
 */
export class WorkerPool {
  readonly #options: WorkerPoolOptions
  readonly #number = ++slot('pool.pools', () => ({ count: 0 })).count
  readonly #codec: WorkerCodec
  readonly #queue = new TaskQueue()
  readonly #workers = new Set<WorkerHandle>()
  readonly #exits: WorkerExits
  readonly #recall: Recall
  /** Made when somebody asks for measurements. */
  #meter: Meter | undefined
  /** Of the program, at the last call; undefined where workers share it. */
  #directory: string | undefined
  #nextWorker = 0
  #scheduled = false
  #closing = false
  #closed: PromiseWithResolvers<void> | undefined

  constructor(options: WorkerPoolOptions) {
    this.#options = options
    this.#codec = new WorkerCodec(options.across)
    this.#directory = options.ownDirectory ? workingDirectory() : undefined
    this.#exits = new WorkerExits(options.onWorkerExit, () => this.#pump())
    this.#recall = new Recall({
      workers: this.#workers,
      isQueueEmpty: () => this.#queue.length === 0,
      hasRoom: () => this.#hasRoom(),
    })
  }

  get idle(): boolean {
    return this.#queue.front() === undefined && [...this.#workers].every(worker => worker.load === 0)
  }

  /** What was queued in this turn of the event loop is still to be sent. */
  get isGathering(): boolean {
    return this.#scheduled
  }

  get usable(): boolean {
    return !this.#closing && this.#exits.broken === undefined
  }

  /** What was measured since this was first called. */
  measure(): Measurements {
    return (this.#meter ??= new Meter())
  }

  /** @throws ShutdownError, BrokenPoolError when the pool takes no more */
  assertUsable(): void {
    const { broken } = this.#exits
    if (broken !== undefined) throw broken()
    if (this.#closing) throw new ShutdownError()
  }

  /**
   * Before a task is packed: the first worker starts, if there is none, and gets ready meanwhile.
   *
   * @throws ShutdownError, BrokenPoolError when the pool takes no more
   */
  admit(): void {
    if (!this.usable) this.assertUsable()
    if (this.#directory !== undefined) this.#followProgram()
    if (this.#workers.size === 0) this.#startWorker()
  }

  /** Queues an item. Items of one tick are sent together. */
  enqueue(item: QueueItem): void {
    this.#queue.push(item)
    this.#meter?.queued(item)
    if (queued.hasSubscribers) queued.publish({ type: 'pool-queue', ...this.#now(), tasks: item.size, name: item.name })
    if (this.#scheduled) return
    this.#scheduled = true
    queueMicrotask(() => {
      this.#scheduled = false
      this.#pump()
    })
  }

  /** No task will name the function again. */
  forgetFunction(id: number): void {
    for (const worker of this.#workers) worker.forgetFunction(id)
  }

  /**
   * Fails at once what of `owner` was not settled yet; what of it runs is ended.
   *
   * @param graceMs - for what runs. @default 100 ms for a task that asked for its context, none for others
   */
  abort(owner: Abortable, error: unknown, graceMs?: number): void {
    for (const worker of this.#workers) {
      for (const shipment of Array.from(worker.inFlight)) {
        if (shipment.owner !== owner || shipment.aborted) continue
        abortShipment(worker, shipment, graceMs ?? (worker.isListening(shipment) ? GRACE_MS : 0))
      }
    }
    owner.abort(error)
    this.#checkDrained()
  }

  /** To be called when an item was cancelled while it was queued. */
  noteCancelled(): void {
    this.#checkDrained()
  }

  /** Takes no more; resolves when the queue is empty and all workers are gone. */
  close(cancelPending: boolean): Promise<void> {
    this.#closing = true
    this.#closed ??= Promise.withResolvers<void>()
    if (cancelPending) {
      this.#queue.cancelPending(() => new CancelledError('the executor was shut down before the task ran'))
    }
    this.#checkDrained()
    return this.#closed.promise
  }

  /** Ends all workers now; every task that is not done fails with ShutdownError. */
  terminate(): Promise<void> {
    this.#closing = true
    this.#failEverything(() => new ShutdownError('the executor was terminated before the task was done'))
    return this.close(false)
  }

  // ---- dispatch

  /** What was called before the program went elsewhere is sent first, as far as there are workers for it. */
  #followProgram(): void {
    const directory = workingDirectory()
    if (directory === undefined || directory === this.#directory) return
    this.#pump()
    this.#directory = directory
  }

  #pump(): void {
    for (let item = this.#queue.front(); item !== undefined; item = this.#queue.front()) {
      const worker = this.#workerFor(item)
      if (worker === undefined) break
      const message = loadFirst(this.#queue, this.#codec, this.#options.maxWorkers)
      if (message === undefined) continue
      this.#meter?.sent(item)
      this.#ship(worker, message)
    }
    if (this.#closing) this.#checkDrained()
    else this.#recall.plan()
  }

  #workerFor(item: QueueItem): WorkerHandle | undefined {
    let best: WorkerHandle | undefined
    let initializing = 0
    for (const worker of this.#workers) {
      if (worker.initializing) initializing++
      if (worker.open && (best === undefined || worker.load < best.load)) best = worker
    }
    if (best?.load === 0) return best
    const waiting = Math.max(this.#queue.length, item.size)
    for (; initializing < waiting && this.#hasRoom(); initializing++) {
      const started = this.#startWorker()
      if (started === undefined) break
      if (!started.initializing) return started
    }
    if (best === undefined || item.exclusive) return undefined
    if (!best.holdsAborted && best.load < prefetchDepth(item.costMs)) return best
    return this.#options.concurrency > 1 && best.unanswered < this.#options.concurrency ? best : undefined
  }

  #ship(worker: WorkerHandle, message: Outgoing): void {
    const { shipment } = message
    if (this.#directory !== undefined) worker.follow(this.#directory)
    try {
      worker.ship(message)
    } catch (error) {
      if (message.offered !== undefined) receiverGone(message.offered)
      // Structured clone refuses a whole message for one value: the tasks are sent one by one, and only the culprit
      // fails.
      if (shipment.size === 1) {
        receiverGone(message.encoder.offered)
        shipment.error(0, asSendError(shipment.name, error))
      } else {
        this.#queue.unshift(shipment.singly())
      }
      return
    }
    if (sent.hasSubscribers) {
      sent.publish({ type: 'pool-send', ...this.#of(worker, shipment), tasks: shipment.size, name: shipment.name })
    }
    if (this.#hasFreeCore()) stayAwake()
  }

  /** The time that waiting for an answer takes must not be a worker's. */
  #hasFreeCore(): boolean {
    let busy = 0
    for (const worker of this.#workers) if (worker.load > 0) busy++
    return busy < this.#options.cores
  }

  /** Another worker may be started. */
  #hasRoom(): boolean {
    const { size } = this.#workers
    return size < this.#options.maxWorkers && (size === 0 || !this.#exits.holdsBack)
  }

  /** Undefined when it could not even be started; without another one the pool is broken then. */
  #startWorker(): WorkerHandle | undefined {
    const watch = new StartWatch({
      startTimeoutMs: this.#options.startTimeoutMs,
      isTaskLimitedTo: ms => [...this.#queue].some(({ timeoutMs = Infinity }) => timeoutMs <= ms),
      onLate: ms => this.#late(worker, ms),
    })
    let worker: WorkerHandle
    try {
      worker = new WorkerHandle(this.#options.start, this.#options.channelOptions(this.#nextWorker++), this.#codec, {
        onRoom: (free, shipment) => {
          if (ended.hasSubscribers) this.#publishEnd(free, shipment)
          this.#meter?.answered(shipment)
          this.#pump()
        },
        onReady: () => {
          watch.end()
          this.#exits.noteReady()
          this.#pump() // tasks may wait for its initializer
        },
        onBegin: (begins, shipment) => this.#begun(begins, shipment),
        onReturned: items => {
          this.#queue.unshift(items)
          this.#pump()
        },
        onExit: (gone, exit, error) => {
          watch.end()
          this.#exited(gone, exit, error)
        },
      })
    } catch (cause) {
      this.#exits.noteUnstarted(cause, this.#workers.size)
      this.#failBroken()
      return undefined
    }
    watch.begin(worker)
    this.#workers.add(worker)
    if (workerStarted.hasSubscribers) {
      workerStarted.publish({ type: 'worker-start', ...this.#now(), worker: worker.info })
    }
    return worker
  }

  #late(worker: WorkerHandle, ms: number): void {
    this.#exits.noteLate(worker, ms, this.#workers)
    this.#failBroken()
    worker.terminate()
  }

  // ---- what workers report

  #begun(worker: WorkerHandle, shipment: Shipment): void {
    shipment.begin(worker.info)
    if (begun.hasSubscribers) begun.publish({ type: 'pool-begin', ...this.#of(worker, shipment) })
    const { timeoutMs } = shipment
    if (timeoutMs === undefined || timeoutMs === Infinity || shipment.aborted) return
    const end = (): void => {
      if (!worker.gone && worker.inFlight.includes(shipment)) {
        this.abort(shipment.owner, new TaskTimeoutError(shipment.name, timeoutMs))
      }
    }
    // Where this thread was busy the answer may be waiting to be received, and timers come first.
    shipment.timer = setTimeout(() => setImmediate(end), timeoutMs)
  }

  #exited(worker: WorkerHandle, exit: WorkerExit, error: unknown): void {
    this.#workers.delete(worker)
    if (workerExited.hasSubscribers) {
      workerExited.publish({ type: 'worker-exit', ...this.#now(), worker: worker.info, exit })
    }
    this.#queue.unshift(this.#exits.settle(worker, exit, error, this.#workers))
    if (this.#exits.broken === undefined) this.#pump()
    else this.#failBroken(worker)
  }

  // ---- the end

  /** Fails everything: each future with an error of its own. */
  #failBroken(gone?: WorkerHandle): void {
    const { broken } = this.#exits
    if (broken === undefined) return
    this.#failEverything(broken, gone)
    this.#checkDrained()
  }

  #failEverything(error: () => Error, gone?: WorkerHandle): void {
    const shipments = [...(gone === undefined ? [] : [gone]), ...this.#workers].flatMap(worker => worker.inFlight)
    for (const shipment of shipments) {
      if (!shipment.aborted) {
        for (let i = 0; i < shipment.size; i++) if (!shipment.isAnswered(i)) shipment.error(i, error())
      }
      shipment.aborted = true
      clearTimeout(shipment.timer)
    }
    for (const item of this.#queue.drain()) item.fail(error)
    for (const worker of this.#workers) worker.terminate()
  }

  /** When the pool is closing and nothing is left to do: ends the workers, and resolves once they are gone. */
  #checkDrained(): void {
    if (!this.#closing || this.#closed === undefined || this.#queue.front() !== undefined) return
    this.#recall.stop()
    for (const worker of this.#workers) {
      if (worker.load > 0 || worker.ending) continue
      worker.close()
      const graceMs = worker.holdsResources ? DISPOSE_MS : CLOSE_MS
      setTimeout(() => this.#workers.has(worker) && worker.terminate(), graceMs).unref()
    }
    if (this.#workers.size === 0) this.#closed.resolve()
  }

  // ---- events

  #now(): { readonly pool: number; readonly time: number } {
    return { pool: this.#number, time: clock() }
  }

  #of(worker: WorkerHandle, shipment: Shipment) {
    return { ...this.#now(), worker: worker.info, message: shipment.id }
  }

  #publishEnd(worker: WorkerHandle, shipment: Shipment): void {
    const { size, durationMs, bytes } = shipment
    ended.publish({ type: 'pool-end', ...this.#of(worker, shipment), tasks: size, durationMs, bytes })
  }
}
