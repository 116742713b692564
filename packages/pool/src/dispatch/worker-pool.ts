import {
  type Across,
  CancelledError,
  clearTimeout,
  GRACE_MS,
  Promise,
  queueMicrotask,
  receiverGone,
  setImmediate,
  setTimeout,
  ShutdownError,
  TaskTimeoutError,
  type WorkerExit,
} from '@manyhands/base'
import { workingDirectory } from '../here/working-directory.ts'
import { abortShipment } from './aborts.ts'
import { Admission, type AdmissionOptions } from './admission.ts'
import { Backlog } from './backlog.ts'
import { prefetchDepth } from './batch-size.ts'
import type { FunctionUser } from './function-table.ts'
import { type Measurements, Meter } from './measurements.ts'
import { load } from './outgoing.ts'
import { PoolEvents } from './pool-events.ts'
import { Recall } from './recall.ts'
import { asSendError } from './send-error.ts'
import { serveLines } from './serve-lines.ts'
import type { Abortable, QueueItem, Shipment } from './shipment.ts'
import { Staff, type StaffOptions } from './staff.ts'
import { stayAwake } from './stay-awake.ts'
import type { TaskCount } from './task-count.ts'
import type { TaskQueue } from './task-queue.ts'
import { Totals } from './totals.ts'
import { WorkerCodec } from './worker-codec.ts'
import { type OnWorkerExit, WorkerExits } from './worker-exits.ts'
import type { WorkerHandle } from './worker-handle.ts'

export interface WorkerPoolOptions extends StaffOptions, AdmissionOptions {
  readonly onWorkerExit: OnWorkerExit
  readonly across: Across
  /** Workers have a working directory of their own. */
  readonly ownDirectory: boolean
  /** Processors that this process may use. */
  readonly cores: number
}

/**
 * The tasks of an executor on their way to its workers.
 *
 * Every item of the queue leaves it for a worker, comes back to it, or is settled; every worker that goes has its tasks
 * settled or queued again. What waits is in `backlog.ts`, who works in `staff.ts`. How a worker is reached is the
 * channel's; what is in an item is the item's; what follows from an abort, from a worker that exits, and from tasks
 * that wait behind others is in `aborts.ts`, `worker-exits.ts` and `recall.ts`.
 */
export class WorkerPool implements FunctionUser {
  readonly #options: WorkerPoolOptions
  readonly #events = new PoolEvents()
  readonly #codec: WorkerCodec
  readonly #staff: Staff
  readonly #backlog: Backlog
  readonly admission: Admission
  readonly #exits: WorkerExits
  readonly #recall: Recall
  readonly #totals = new Totals()
  /** Made when somebody asks for measurements. */
  #meter: Meter | undefined
  /** Of the program, at the last call; undefined where workers share it. */
  #directory: string | undefined
  #scheduled = false
  readonly #serving = {
    mayJoin: (worker: WorkerHandle, item: QueueItem) => this.#mayJoin(worker, item),
    send: (worker: WorkerHandle, item: QueueItem, line: TaskQueue) => this.#send(worker, item, line),
  }
  #closing = false
  #closed: PromiseWithResolvers<void> | undefined

  constructor(options: WorkerPoolOptions) {
    this.#options = options
    this.#codec = new WorkerCodec(options.across)
    this.#directory = options.ownDirectory ? workingDirectory() : undefined
    this.#exits = new WorkerExits(options.onWorkerExit, () => this.#pump())
    this.#staff = new Staff(options, this.#codec, {
      mayStart: () => !this.#exits.holdsBack,
      isTaskLimitedTo: ms => [...this.#backlog].some(({ timeoutMs = Infinity }) => timeoutMs <= ms),
      onStart: worker => this.#events.started(worker),
      onUnstarted: cause => {
        this.#exits.noteUnstarted(cause, this.#staff.size)
        this.#failBroken()
      },
      onLate: (worker, ms) => {
        this.#exits.noteLate(worker, ms, this.#staff)
        this.#failBroken()
      },
      onReady: () => {
        this.#exits.noteReady()
        this.#pump() // tasks may wait for its initializer
      },
      onRoom: (free, shipment) => {
        this.#events.ended(free, shipment)
        this.#meter?.answered(shipment)
        this.#pump()
      },
      onBegin: (begins, shipment) => this.#begun(begins, shipment),
      onReturned: items => this.#returned(items),
      onRetire: worker => {
        this.#backlog.release(worker)
        this.#pumpSoon()
      },
      onExit: (gone, exit, error) => this.#exited(gone, exit, error),
    })
    this.#backlog = new Backlog(this.#staff)
    this.admission = new Admission(options, this.#backlog, this.#staff)
    this.#recall = new Recall({
      workers: this.#staff,
      isQueueEmpty: () => this.#backlog.queue.tasks === 0,
      hasRoom: () => this.#staff.hasRoom,
    })
    if (options.minWorkers > 0) this.#staff.fill()
  }

  get maxWorkers(): number {
    return this.#staff.maxWorkers
  }

  get idle(): boolean {
    return this.#backlog.isEmpty && [...this.#staff].every(worker => worker.load === 0)
  }

  /** What was queued in this turn of the event loop is still to be sent. */
  get isGathering(): boolean {
    return this.#scheduled
  }

  get usable(): boolean {
    return !this.#closing && this.#exits.broken === undefined
  }

  measure(): Measurements {
    return (this.#meter ??= new Meter())
  }

  stats() {
    return { ...this.#totals.read(this.#staff), queued: this.#backlog.tasks, ...this.measure() }
  }

  /** @throws ShutdownError, BrokenPoolError when the pool takes no more */
  assertUsable(): void {
    const { broken } = this.#exits
    if (broken !== undefined) throw broken()
    if (this.#closing) throw new ShutdownError()
  }

  /**
   * Before a task is packed: workers start, if there are fewer than there are to be, and get ready meanwhile.
   *
   * @throws ShutdownError, BrokenPoolError when the pool takes no more; QueueFullError when it takes no more now
   */
  admit(): void {
    if (!this.usable) this.assertUsable()
    if (this.#directory !== undefined) this.#followProgram()
    if (this.#staff.size <= this.#options.minWorkers) this.#staff.fill()
    if (this.admission.isLimited) this.admission.assertRoom()
  }

  /** Queues an item. Items of one tick are sent together. */
  enqueue(item: QueueItem): void {
    this.#backlog.push(item)
    this.#meter?.queued(item)
    this.#events.queued(item)
    this.#pumpSoon()
  }

  #pumpSoon(): void {
    if (this.#scheduled) return
    this.#scheduled = true
    queueMicrotask(() => {
      this.#scheduled = false
      this.#pump()
    })
  }

  forgetFunction(id: number): void {
    for (const worker of this.#staff) worker.forgetFunction(id)
  }

  noteDropped(tasks: number, queue: TaskCount = this.#backlog.queue): void {
    queue.noteDropped(tasks)
    this.admission.noteRoom()
    this.#checkDrained()
  }

  /** Items that were not dropped one by one are not wanted any more. */
  noteCancelled(): void {
    this.#backlog.sweep()
    this.admission.noteRoom()
    this.#checkDrained()
  }

  /**
   * Fails at once what of `owner` was not settled yet; what of it runs is ended.
   *
   * @param graceMs - for what runs. @default 100 ms for a task that asked for its context, none for others
   */
  abort(owner: Abortable, error: unknown, graceMs?: number): void {
    for (const worker of this.#staff) {
      for (const shipment of Array.from(worker.inFlight)) {
        if (shipment.owner !== owner || shipment.aborted) continue
        abortShipment(worker, shipment, graceMs ?? (worker.isListening(shipment) ? GRACE_MS : 0))
      }
    }
    owner.abort(error)
    this.#checkDrained()
  }

  /**
   * From now on there are so many workers at most: others take the place of none that leaves until then.
   *
   * @returns resolves when no more are there
   * @throws ShutdownError, BrokenPoolError when the pool takes no more
   */
  resize(maxWorkers: number): Promise<void> {
    this.assertUsable()
    const resized = this.#staff.resize(maxWorkers)
    this.#pump()
    return resized
  }

  /** Takes no more; resolves when the queue is empty and all workers are gone. */
  close(cancelPending: boolean): Promise<void> {
    this.#closing = true
    this.#closed ??= Promise.withResolvers<void>()
    if (cancelPending) {
      this.#backlog.cancelPending(() => new CancelledError('the executor was shut down before the task ran'))
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
    serveLines(this.#staff, this.#backlog, this.#serving)
    const { queue } = this.#backlog
    let reserved: WorkerHandle | undefined
    for (;;) {
      const item = reserved === undefined ? queue.front() : queue.frontShared()
      if (item === undefined) break
      const worker = this.#workerFor(item, reserved)
      if (worker !== undefined) {
        this.#send(worker, item, queue)
      } else {
        // What must have a worker to itself gets the next one that is free; others go past it.
        if (!item.exclusive || this.#options.concurrency === 1) break
        reserved = this.#staff.leastLoaded()
        if (reserved === undefined) break
      }
    }
    serveLines(this.#staff, this.#backlog, this.#serving) // whose turn it was may have found another worker
    this.admission.noteRoom()
    if (this.#closing) this.#checkDrained()
    else this.#recall.plan()
  }

  #send(worker: WorkerHandle, item: QueueItem, queue: TaskQueue): void {
    const message = load(item, queue, this.#codec, this.#staff.maxWorkers, worker.tasksLeft)
    if (message === undefined) return
    const { shipment, encoder, offered } = message
    this.#meter?.sent(item)
    if (this.#directory !== undefined) worker.follow(this.#directory)
    try {
      worker.ship(message)
    } catch (error) {
      if (offered !== undefined) receiverGone(offered)
      // Structured clone refuses a whole message for one value: the tasks are sent one by one, and only the culprit
      // fails.
      if (shipment.size === 1) {
        receiverGone(encoder.offered)
        shipment.error(0, asSendError(shipment.name, error))
      } else {
        this.#backlog.unshift(shipment.singly())
      }
      return
    }
    this.#events.sent(worker, shipment)
    if (worker.tasksLeft <= 0) this.#backlog.release(worker)
    if (this.#hasFreeCore()) stayAwake()
  }

  #workerFor(item: QueueItem, reserved: WorkerHandle | undefined): WorkerHandle | undefined {
    const best = this.#staff.leastLoaded(reserved)
    if (best?.load === 0) return best
    let initializing = 0
    for (const worker of this.#staff) if (worker.initializing) initializing++
    const waiting = Math.max(this.#backlog.queue.tasks, item.size)
    for (; initializing < waiting && this.#staff.hasRoom; initializing++) {
      const started = this.#staff.start()
      if (started === undefined) break
      if (!started.initializing) return started
    }
    return best !== undefined && this.#mayJoin(best, item) ? best : undefined
  }

  /** The item may be sent to a worker that is busy. */
  #mayJoin(worker: WorkerHandle, item: QueueItem): boolean {
    if (item.exclusive) return false
    const { concurrency } = this.#options
    if (concurrency > 1 && worker.unanswered < concurrency) return true
    if (worker.holdsAborted || worker.load >= prefetchDepth(item.costMs)) return false
    return prefetchDepth(worker.costMs) > 1 && !worker.wasRelieved
  }

  /** The time that waiting for an answer takes must not be a worker's. */
  #hasFreeCore(): boolean {
    let busy = 0
    for (const worker of this.#staff) if (worker.load > 0) busy++
    return busy < this.#options.cores
  }

  // ---- what workers report

  #returned(items: readonly QueueItem[]): void {
    this.#backlog.unshift(items)
    this.#pump()
  }

  #begun(worker: WorkerHandle, shipment: Shipment): void {
    shipment.begin(worker.info)
    this.#events.begun(worker, shipment)
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
    this.#totals.add(worker)
    this.#backlog.release(worker)
    this.#events.exited(worker, exit)
    this.#backlog.unshift(this.#exits.settle(worker, exit, error, this.#staff))
    if (this.#exits.broken !== undefined) return this.#failBroken(worker)
    // One that never did anything may be replaced by one that does not either: that waits for a task.
    if (!this.#closing && this.#options.minWorkers > 0 && worker.answers.tasks > 0) this.#staff.fill()
    this.#pump()
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
    const shipments = [...(gone === undefined ? [] : [gone]), ...this.#staff].flatMap(worker => worker.inFlight)
    for (const shipment of shipments) {
      if (!shipment.aborted) {
        for (let i = 0; i < shipment.size; i++) if (!shipment.isAnswered(i)) shipment.error(i, error())
      }
      shipment.aborted = true
      clearTimeout(shipment.timer)
    }
    for (const item of this.#backlog.drain()) item.fail(error)
    for (const worker of this.#staff) worker.terminate()
    this.admission.noteRoom()
  }

  /** When the pool is closing and nothing is left to do: ends the workers, and resolves once they are gone. */
  #checkDrained(): void {
    if (!this.#closing || this.#closed === undefined || !this.#backlog.isEmpty) return
    this.#recall.stop()
    this.#staff.stop()
    for (const worker of this.#staff) if (worker.load === 0) this.#staff.close(worker)
    if (this.#staff.size === 0) this.#closed.resolve()
  }
}
