import {
  queueMicrotask,
  setImmediate,
  clock,
  Promise,
  type BatchHandle,
  type BatchSink,
  type BatchOptions,
  type Batch,
} from '@manyhands/base'
import type { BackendCall, CallContext, ParallelBackend } from './backend.ts'
import { LocalBatch } from './local-batch.ts'

/**
 * How long tasks may run here before the event loop gets a turn. Larger: less overhead; smaller: timers and I/O of the
 * program wait less.
 */
const TURN_MS = 10

/**
 * Runs tasks in the calling thread; arguments and results are not copied.
 *
 * `inline` runs them one after the other, async ones too. `async` runs as many at a time as the call has jobs, which is
 * of use for async functions. Both let the event loop turn now and then. They cannot end a task: a synchronous one that
 * ran longer than `timeoutMs` fails when it returns; an async one is left to itself when its time is over or the call
 * is aborted.
 */
export function localBackend(name: 'inline' | 'async'): ParallelBackend {
  return {
    name,
    capabilities: {
      sharedMemory: true,
      timeout: true,
      // Nothing is sent, so a batch saves only the bookkeeping between tasks.
      idealBatchMs: name === 'inline' ? 1 : 0,
      idealBatchBytes: Infinity,
      delivery: 'at-most-once',
    },
    effectiveJobs: requested => (name === 'inline' ? 1 : requested),
    startCall: context => new LocalCall(name, context),
    owned: () => localBackend(name),
    terminate: async () => {},
  }
}

class LocalCall implements BackendCall {
  readonly jobs: number
  readonly #name: string
  readonly #context: CallContext
  readonly #queue: LocalBatch[] = []
  /** Numbers of the lanes that run nothing. */
  readonly #free: number[]
  #turnBegan = 0
  /** All lanes wait for the same turn: one that went on would keep it from coming. */
  #turning: Promise<void> | undefined

  constructor(name: string, context: CallContext) {
    this.jobs = context.jobs
    this.#name = name
    this.#context = context
    this.#free = Array.from({ length: this.jobs }, (_, i) => this.jobs - 1 - i)
  }

  submit(batch: Batch, sink: BatchSink, options: BatchOptions): BatchHandle {
    const entry = new LocalBatch(batch, sink, options.timeoutMs)
    this.#queue.push(entry)
    const lane = this.#free.pop()
    if (lane !== undefined) queueMicrotask(() => void this.#run(lane))
    return entry
  }

  stop(): void {
    this.#queue.length = 0
  }

  /** Runs batches one after the other until none is left. */
  async #run(lane: number): Promise<void> {
    const worker = { kind: this.#name, id: lane }
    if (this.#free.length === this.jobs - 1) this.#turnBegan = clock()
    for (let batch = this.#queue.shift(); batch !== undefined; batch = this.#queue.shift()) {
      const next = batch
      await this.#context.run(() => next.run(worker, this.#turn))
    }
    this.#free.push(lane)
  }

  readonly #turn = (now: number): Promise<void> | undefined => {
    if (this.#turning === undefined && now - this.#turnBegan >= TURN_MS) {
      this.#turning = new Promise(resolve => {
        setImmediate(() => {
          this.#turning = undefined
          this.#turnBegan = clock()
          resolve()
        })
      })
    }
    return this.#turning
  }
}
