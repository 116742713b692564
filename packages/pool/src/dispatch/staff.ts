import { clearTimeout, clock, Promise, setTimeout } from '@manyhands/base'
import type { ChannelOptions, StartChannel } from '../host/channel.ts'
import { DISPOSE_MS } from './close-at-end.ts'
import { warnOfGrowth } from './outgrown.ts'
import { StartWatch } from './start-watch.ts'
import type { WorkerCodec } from './worker-codec.ts'
import { type WorkerEvents, WorkerHandle } from './worker-handle.ts'

/** Given to a worker that was asked to exit. */
const CLOSE_MS = 1000

export interface StaffOptions {
  readonly maxWorkers: number
  /** So many are there from the start, and are not closed when they have nothing to do. */
  readonly minWorkers: number
  /** Milliseconds after which a worker that has nothing to do is closed. */
  readonly idleTimeoutMs: number
  /** Tasks that a worker runs before another one takes its place. */
  readonly maxTasksPerChild: number
  /** Milliseconds that a worker may take to get ready, see `StartWatch`. */
  readonly startTimeoutMs?: number | undefined
  /** There is no limit of the user's to the memory of workers. */
  readonly warnsOfGrowth: boolean
  readonly start: StartChannel
  /** For the worker with this id, one of so many. */
  readonly channelOptions: (id: number, maxWorkers: number) => ChannelOptions
}

/** What the pool of the workers does about them. */
export interface StaffEvents extends Omit<WorkerEvents, 'onOutgrown'> {
  /** Another worker may be started where others do the work meanwhile. */
  mayStart(): boolean
  /** A task waits that may run for no longer than this. */
  isTaskLimitedTo(ms: number): boolean
  onStart(worker: WorkerHandle): void
  /** A worker could not even be started. */
  onUnstarted(cause: unknown): void
  /** A worker was not ready within `ms`. */
  onLate(worker: WorkerHandle, ms: number): void
  /** Nothing more is to be sent to it. */
  onRetire(worker: WorkerHandle): void
}

/** The workers of a pool: how many there are, when one is started and when it is closed. */
export class Staff implements Iterable<WorkerHandle> {
  readonly #options: StaffOptions
  readonly #codec: WorkerCodec
  readonly #events: StaffEvents
  readonly #workers = new Set<WorkerHandle>()
  #maxWorkers: number
  #nextId = 0
  #idleTimer: NodeJS.Timeout | undefined
  /** They wait until no more workers are there. */
  readonly #resizing = new Set<{ readonly maxWorkers: number; resolve(): void }>()

  constructor(options: StaffOptions, codec: WorkerCodec, events: StaffEvents) {
    this.#options = options
    this.#codec = codec
    this.#events = events
    this.#maxWorkers = options.maxWorkers
  }

  get maxWorkers(): number {
    return this.#maxWorkers
  }

  get size(): number {
    return this.#workers.size
  }

  [Symbol.iterator](): SetIterator<WorkerHandle> {
    return this.#workers[Symbol.iterator]()
  }

  /** Another worker may be started. */
  get hasRoom(): boolean {
    const { size } = this.#workers
    return size < this.#maxWorkers && (size === 0 || this.#events.mayStart())
  }

  /** The one with the fewest messages of those that take more; better one for which nothing waits. */
  leastLoaded(except?: WorkerHandle): WorkerHandle | undefined {
    let best: WorkerHandle | undefined
    for (const worker of this.#workers) {
      if (!worker.open || worker.isKept || worker === except) continue
      const isBetter = best === undefined || worker.load < best.load
      if (isBetter || (worker.load === best?.load && hasLine(best) && !hasLine(worker))) best = worker
    }
    return best
  }

  /** The first worker starts, if there is none, and as many as there are to be at least. */
  fill(): void {
    const least = Math.min(this.#maxWorkers, Math.max(1, this.#options.minWorkers))
    while (this.#workers.size < least && this.hasRoom) if (this.start() === undefined) return
  }

  /** Undefined when it could not even be started. */
  start(): WorkerHandle | undefined {
    const watch = new StartWatch({
      startTimeoutMs: this.#options.startTimeoutMs,
      isTaskLimitedTo: ms => this.#events.isTaskLimitedTo(ms),
      onLate: ms => {
        this.#events.onLate(worker, ms)
        worker.terminate()
      },
    })
    const events = this.#events
    let worker: WorkerHandle
    try {
      const options = this.#options.channelOptions(this.#nextId++, this.#maxWorkers)
      worker = new WorkerHandle(this.#options.start, options, this.#codec, this.#options.maxTasksPerChild, {
        onRoom: (free, shipment) => {
          events.onRoom(free, shipment)
          if (free.load === 0) this.#noteIdle(free)
        },
        onReady: ready => {
          watch.end()
          events.onReady(ready)
          if (ready.load === 0) this.#noteIdle(ready)
        },
        onBegin: (begins, shipment) => events.onBegin(begins, shipment),
        onReturned: items => events.onReturned(items),
        onOutgrown: (grown, bytes) => {
          if (this.#options.warnsOfGrowth) warnOfGrowth(grown.info, bytes)
          this.retire(grown)
        },
        onExit: (gone, exit, error) => {
          watch.end()
          this.#workers.delete(gone)
          this.#checkResized()
          events.onExit(gone, exit, error)
        },
      })
    } catch (cause) {
      events.onUnstarted(cause)
      return undefined
    }
    watch.begin(worker)
    this.#workers.add(worker)
    events.onStart(worker)
    return worker
  }

  /** Another worker takes its place: it finishes what it runs, gives back what it has not begun, and is closed. */
  retire(worker: WorkerHandle): void {
    if (worker.retiring || worker.ending) return
    worker.retiring = true
    this.#events.onRetire(worker)
    worker.recall()
    if (worker.load === 0) this.close(worker)
  }

  /** @returns resolves when there are no more workers than that */
  resize(maxWorkers: number): Promise<void> {
    this.#maxWorkers = maxWorkers
    const staying = [...this.#workers].filter(worker => !worker.retiring && !worker.ending)
    const leaving = staying.sort((a, b) => a.load - b.load).slice(0, Math.max(0, staying.length - maxWorkers))
    for (const worker of leaving) this.retire(worker)
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#resizing.add({ maxWorkers, resolve })
    this.#checkResized()
    return promise
  }

  /** Lets a worker that has nothing to do exit. */
  close(worker: WorkerHandle): void {
    if (worker.ending) return
    worker.close()
    const graceMs = worker.holdsResources ? DISPOSE_MS : CLOSE_MS
    setTimeout(() => this.#workers.has(worker) && worker.terminate(), graceMs).unref()
  }

  /** No worker is closed any more because it has nothing to do. */
  stop(): void {
    clearTimeout(this.#idleTimer)
    this.#idleTimer = undefined
  }

  #noteIdle(worker: WorkerHandle): void {
    if (worker.ending || worker.gone) return
    if (worker.retiring || worker.tasksLeft <= 0) return this.close(worker)
    if (this.#options.idleTimeoutMs === Infinity) return
    worker.idleSince = clock()
    this.#planIdle(this.#options.idleTimeoutMs)
  }

  #planIdle(delayMs: number): void {
    this.#idleTimer ??= setTimeout(() => {
      this.#idleTimer = undefined
      this.#closeIdle()
    }, delayMs).unref()
  }

  #closeIdle(): void {
    const { idleTimeoutMs, minWorkers } = this.#options
    const now = clock()
    const staying = [...this.#workers].filter(worker => !worker.ending && !worker.retiring)
    let surplus = staying.length - minWorkers
    let nextMs = Infinity
    for (const worker of staying.sort((a, b) => a.idleSince - b.idleSince)) {
      if (worker.load > 0 || !worker.ready) continue
      const leftMs = worker.idleSince + idleTimeoutMs - now
      if (leftMs > 0) nextMs = Math.min(nextMs, leftMs)
      else if (surplus-- > 0) this.close(worker)
    }
    if (nextMs < Infinity) this.#planIdle(nextMs)
  }

  #checkResized(): void {
    for (const waiting of this.#resizing) {
      if (this.#workers.size > Math.max(waiting.maxWorkers, this.#maxWorkers)) continue
      this.#resizing.delete(waiting)
      waiting.resolve()
    }
  }
}

function hasLine({ line }: WorkerHandle): boolean {
  return line !== undefined && line.tasks > 0
}
