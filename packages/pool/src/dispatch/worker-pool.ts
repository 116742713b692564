import { channel } from 'node:diagnostics_channel'
import { type Across, BrokenPoolError, CancelledError, ShutdownError, TaskTimeoutError, type WorkerExit, WorkerExitedError } from '@manyhands/base'
import { REPORT_BEGIN } from '../protocol/messages.ts'
import { type BatchState, Slice } from './batch.ts'
import { BatchEncoder } from './batch-encoder.ts'
import { batchLimit, prefetchDepth } from './batch-size.ts'
import type { ChannelOptions, StartChannel } from '../host/channel.ts'
import { asSendError, loadSlice, loadTasks } from './load-message.ts'
import { settleLost } from './lost-tasks.ts'
import { stayAwake } from './stay-awake.ts'
import { type QueueItem, type Shipment, SliceShipment, TaskShipment } from './shipment.ts'
import { Task } from './task.ts'
import { TaskQueue } from './task-queue.ts'
import { WorkerCodec } from './worker-codec.ts'
import { WorkerHandle } from './worker-handle.ts'

/** Starts of workers that may fail one after the other before the pool gives up. More: a passing fault is survived; fewer: a wrong initializer is told sooner. */
const START_ATTEMPTS = 5
/** How long tasks may wait behind others on a busy worker while another is idle, before they are called back. Shorter: more traffic for tasks that are nearly done. */
const RECALL_AFTER_MS = 5
/** Given to a task that asked for its context and is aborted. */
const GRACE_MS = 100
/** Given to a worker that was asked to exit. */
const CLOSE_MS = 1000

const workerStarted = channel('manyhands:worker-start')
const workerExited = channel('manyhands:worker-exit')

export type OnWorkerExit = 'fail-task' | 'break' | 'retry'

export interface WorkerPoolOptions {
  readonly maxWorkers: number
  readonly onWorkerExit: OnWorkerExit
  readonly across: Across
  readonly concurrency: number
  /** Processors that this process may use. */
  readonly cores: number
  readonly start: StartChannel
  /** For the worker with this id. */
  readonly channelOptions: (id: number) => ChannelOptions
}

/**
 * The queue and the workers of an executor.
 *
 * Every item of the queue leaves it for a worker, comes back to it, or is settled; every worker that goes has its tasks settled or queued again. Nothing
 * here knows how a worker is reached: that is the channel's.
 */
export class WorkerPool {
  readonly #options: WorkerPoolOptions
  readonly #queue = new TaskQueue()
  readonly #workers = new Set<WorkerHandle>()
  #nextWorker = 0
  #failedStarts = 0
  #scheduled = false
  #recallTimer: NodeJS.Timeout | undefined
  #closing = false
  #closed: PromiseWithResolvers<void> | undefined
  #broken: { readonly message: string; readonly cause: unknown } | undefined

  constructor(options: WorkerPoolOptions) {
    this.#options = options
  }

  get idle(): boolean {
    return this.#queue.front() === undefined && [...this.#workers].every(worker => worker.load === 0)
  }

  get usable(): boolean {
    return !this.#closing && this.#broken === undefined
  }

  /** @throws ShutdownError, BrokenPoolError when the pool takes no more */
  assertUsable(): void {
    if (this.#broken !== undefined) throw this.#brokenError()
    if (this.#closing) throw new ShutdownError()
  }

  /**
   * Before a task is packed: the first worker starts, if there is none, and gets ready meanwhile.
   *
   * @throws ShutdownError, BrokenPoolError when the pool takes no more
   */
  admit(): void {
    if (this.#closing || this.#broken !== undefined) this.assertUsable()
    if (this.#workers.size === 0) this.#startWorker()
  }

  /** Queues a batch. */
  enqueueBatch(state: BatchState): void {
    state.queued = new Slice(state, 0, state.size)
    this.enqueue(state.queued)
  }

  /** Queues an item. Items of one tick are sent together. */
  enqueue(item: QueueItem): void {
    this.#queue.push(item)
    if (this.#scheduled) return
    this.#scheduled = true
    queueMicrotask(() => {
      this.#scheduled = false
      this.#pump()
    })
  }

  /** Tells workers that no task will name the function again. */
  forgetFunction(id: number): void {
    for (const worker of this.#workers) worker.forgetFunction(id)
  }

  /** Fails a task now; a worker that runs it is ended, unless the task asked for its context: then it has a moment to end itself. */
  abortTask(task: Task, error: unknown): void {
    if (task.done) return
    task.release()
    if (!task.cancel(error)) task.reject(error)
    for (const worker of this.#workers) {
      for (const shipment of worker.inFlight) {
        if (shipment instanceof TaskShipment && shipment.task(0) === task) this.#abortShipment(worker, shipment, worker.isListening(shipment) ? GRACE_MS : 0)
      }
    }
    this.#checkDrained()
  }

  /** Fails the tasks of a batch that were not reported yet. `graceMs` counts for the one that runs. */
  abortBatch(state: BatchState, reason: unknown, graceMs: number): void {
    this.#queue.drop(state)
    for (const worker of this.#workers) {
      for (const shipment of worker.inFlight) {
        if (shipment instanceof SliceShipment && shipment.slice.state === state && !shipment.aborted) this.#abortShipment(worker, shipment, graceMs)
      }
    }
    for (let i = 0; i < state.size; i++) if (!state.isReported(i)) state.error(i, reason)
    this.#checkDrained()
  }

  /** Takes a batch back if no part of it was sent yet. */
  cancelBatch(state: BatchState): boolean {
    const cancelled = state.cancel()
    if (cancelled) this.#checkDrained()
    return cancelled
  }

  /** Takes no more; resolves when the queue is empty and all workers are gone. */
  close(cancelPending: boolean): Promise<void> {
    this.#closing = true
    this.#closed ??= Promise.withResolvers<void>()
    if (cancelPending) this.#queue.cancelPending(() => new CancelledError('the executor was shut down before the task ran'))
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

  #pump(): void {
    for (let item = this.#queue.front(); item !== undefined; item = this.#queue.front()) {
      const worker = this.#workerFor(item)
      if (worker === undefined) break
      if (item instanceof Slice) this.#sendSlice(worker, item)
      else this.#sendTasks(worker, item)
    }
    if (this.#closing) this.#checkDrained()
    else if (this.#queue.length === 0 && this.#recallTimer === undefined) this.#planRecall()
  }

  #workerFor(item: QueueItem): WorkerHandle | undefined {
    let best: WorkerHandle | undefined
    for (const worker of this.#workers) {
      if (worker.open && (best === undefined || worker.load < best.load)) best = worker
    }
    if (best?.load === 0) return best
    if (this.#workers.size < this.#options.maxWorkers) return this.#startWorker()
    if (best === undefined || item.exclusive) return undefined
    if (best.load < prefetchDepth(item)) return best
    return this.#options.concurrency > 1 && best.unanswered < this.#options.concurrency ? best : undefined
  }

  #sendTasks(worker: WorkerHandle, first: Task): void {
    const encoder = new BatchEncoder(worker.codec.codec, worker.nextShipmentId(), first.options?.timeoutMs === undefined ? 0 : REPORT_BEGIN)
    const tasks = loadTasks(this.#queue, encoder, batchLimit(this.#queue.length, this.#options.maxWorkers, first.fn.costMs))
    const [only] = tasks
    if (only !== undefined) this.#ship(worker, new TaskShipment(encoder.batchId, tasks), encoder, only.exclusive, only.options?.transfer)
  }

  #sendSlice(worker: WorkerHandle, slice: Slice): void {
    this.#queue.shift()
    slice.state.queued = undefined
    const { timeoutMs, sink } = slice.state
    const reportBegin = timeoutMs !== undefined || sink.onBegin !== undefined
    const encoder = new BatchEncoder(worker.codec.codec, worker.nextShipmentId(), reportBegin ? REPORT_BEGIN : 0)
    const { loaded, rest } = loadSlice(slice, encoder)
    if (rest.from < rest.to) this.#queue.unshift([rest])
    if (loaded.from < loaded.to) this.#ship(worker, new SliceShipment(encoder.batchId, loaded), encoder, slice.exclusive)
  }

  #ship(worker: WorkerHandle, shipment: Shipment, encoder: BatchEncoder, exclusive: boolean, transfer?: readonly unknown[]): void {
    try {
      worker.ship(shipment, encoder, exclusive, transfer)
      if (this.#hasFreeCore()) stayAwake()
    } catch (error) {
      // Structured clone refuses a whole message for one value: the tasks are sent one by one, and only the culprit fails.
      if (shipment.size === 1) return shipment.error(0, asSendError(shipment.record(0).name, error))
      const items = Array.from({ length: shipment.size }, (_, index) => shipment.one(index)).flat()
      for (const item of items) if (item instanceof Task) item.isolate()
      this.#queue.unshift(items)
    }
  }

  /** The time that waiting for an answer takes must not be a worker's. */
  #hasFreeCore(): boolean {
    let busy = 0
    for (const worker of this.#workers) if (worker.load > 0) busy++
    return busy < this.#options.cores
  }

  /** Undefined when it could not even be started; then the pool is broken. */
  #startWorker(): WorkerHandle | undefined {
    try {
      const worker = new WorkerHandle(this.#options.start, this.#options.channelOptions(this.#nextWorker++), new WorkerCodec(this.#options.across), {
        onRoom: () => this.#pump(),
        onReady: () => {
          this.#failedStarts = 0
        },
        onBegin: (begun, shipment) => this.#begun(begun, shipment),
        onReturned: items => {
          this.#queue.unshift(items)
          this.#pump()
        },
        onExit: (gone, exit, error) => this.#exited(gone, exit, error),
      })
      this.#workers.add(worker)
      if (workerStarted.hasSubscribers) workerStarted.publish(worker.info)
      return worker
    } catch (cause) {
      this.#break(`a worker could not be started: ${(cause as Error).message}`, cause)
      return undefined
    }
  }

  /** Looks, after a while, for tasks that wait behind others although a worker is idle. */
  #planRecall(): void {
    let waiting = false
    let idle = this.#workers.size < this.#options.maxWorkers
    for (const worker of this.#workers) {
      if (worker.load === 0) idle = true
      else if (!worker.exclusive && worker.unanswered > 1 && worker.inFlight.some(shipment => !shipment.recalled)) waiting = true
    }
    if (!waiting || !idle) return
    this.#recallTimer = setTimeout(() => {
      this.#recallTimer = undefined
      if (this.#queue.length > 0) return
      const before = performance.now() - RECALL_AFTER_MS
      for (const worker of this.#workers) {
        if (worker.exclusive || worker.unanswered < 2) continue
        for (const shipment of worker.inFlight) if (shipment.sentAt <= before && !shipment.aborted) worker.recall(shipment)
      }
      this.#planRecall()
    }, RECALL_AFTER_MS)
    this.#recallTimer.unref()
  }

  // ---- failure

  #begun(worker: WorkerHandle, shipment: Shipment): void {
    const isSlice = shipment instanceof SliceShipment
    if (isSlice) shipment.slice.state.begin(worker.info)
    const timeoutMs = isSlice ? shipment.slice.state.timeoutMs : (shipment as TaskShipment).task(0).options?.timeoutMs
    if (timeoutMs === undefined || timeoutMs === Infinity || shipment.aborted) return
    const end = (): void => {
      if (!worker.inFlight.includes(shipment)) return
      const error = new TaskTimeoutError(shipment.record(0).name, timeoutMs)
      if (isSlice) this.abortBatch(shipment.slice.state, error, worker.isListening(shipment) ? GRACE_MS : 0)
      else this.abortTask((shipment as TaskShipment).task(0), error)
    }
    // Where this thread was busy the answer may be waiting to be received, and timers come first.
    shipment.timer = setTimeout(() => setImmediate(end), timeoutMs)
  }

  #abortShipment(worker: WorkerHandle, shipment: Shipment, graceMs: number): void {
    shipment.aborted = true
    clearTimeout(shipment.timer)
    const end = (): void => {
      if (!worker.inFlight.includes(shipment)) return
      // Only a task that runs may cost its worker its life. One that waits behind another is given back by the worker.
      if (worker.inFlight[0] === shipment) worker.terminate()
      else shipment.timer = setTimeout(end, GRACE_MS)
    }
    if (graceMs <= 0 && worker.inFlight[0] === shipment) return worker.terminate()
    worker.requestAbort(shipment)
    shipment.timer = setTimeout(end, graceMs)
  }

  #exited(worker: WorkerHandle, exit: WorkerExit, error: unknown): void {
    this.#workers.delete(worker)
    if (workerExited.hasSubscribers) workerExited.publish({ worker: worker.info, exit })
    const cause = worker.startError === undefined ? error : worker.startError.error
    const busy = worker.load > 0
    if (this.#options.onWorkerExit === 'break' && busy && !worker.ending) {
      return this.#break('a worker exited while it held tasks', new WorkerExitedError(exit, { cause }), worker)
    }
    this.#queue.unshift(settleLost(worker, exit, cause, this.#options.onWorkerExit === 'retry'))
    if (!worker.ready && !worker.ending) {
      if (++this.#failedStarts >= START_ATTEMPTS) {
        const why = worker.startError === undefined ? 'they exited while starting' : 'their initializer threw'
        return this.#break(`${START_ATTEMPTS} workers in a row could not be started: ${why}`, new WorkerExitedError(exit, { cause }))
      }
    } else if (!busy && !worker.ending) {
      warnOfIdleExit(exit, cause)
    }
    this.#pump()
  }

  /** Fails everything: each future with an error of its own. */
  #break(message: string, cause: unknown, gone?: WorkerHandle): void {
    this.#broken ??= { message, cause }
    this.#failEverything(() => this.#brokenError(), gone)
    this.#checkDrained()
  }

  #brokenError(): BrokenPoolError {
    return new BrokenPoolError(`the pool is broken: ${this.#broken?.message}`, { cause: this.#broken?.cause })
  }

  #failEverything(error: () => Error, gone?: WorkerHandle): void {
    const shipments = [...(gone === undefined ? [] : [gone]), ...this.#workers].flatMap(worker => worker.inFlight)
    for (const shipment of shipments) {
      if (!shipment.aborted) for (let i = 0; i < shipment.size; i++) if (!shipment.isAnswered(i)) shipment.error(i, error())
      shipment.aborted = true
      clearTimeout(shipment.timer)
    }
    for (const item of this.#queue.drain()) {
      if (item instanceof Slice) for (let i = item.from; i < item.to; i++) item.state.error(i, error())
      else {
        item.release()
        item.reject(error())
      }
    }
    for (const worker of this.#workers) worker.terminate()
  }

  /** When the pool is closing and nothing is left to do: ends the workers, and resolves once they are gone. */
  #checkDrained(): void {
    if (!this.#closing || this.#closed === undefined || this.#queue.front() !== undefined) return
    clearTimeout(this.#recallTimer)
    for (const worker of this.#workers) {
      if (worker.load > 0 || worker.ending) continue
      worker.close()
      setTimeout(() => this.#workers.has(worker) && worker.terminate(), CLOSE_MS).unref()
    }
    if (this.#workers.size === 0) this.#closed.resolve()
  }
}

function warnOfIdleExit(exit: WorkerExit, cause: unknown): void {
  process.emitWarning(`${new WorkerExitedError(exit, { cause }).message} (it was idle: no task is lost)`, { type: 'ManyhandsWarning', code: 'MANYHANDS_IDLE_WORKER_EXITED' })
}
