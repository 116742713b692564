import type {
  BackendCapabilities,
  BackendCall,
  BatchHandle,
  BatchSink,
  CallContext,
  ParallelBackend,
  BatchOptions,
  Batch,
} from '../../src/index.ts'

/** A batch that was submitted; the test decides what comes of it. */
export class ManualBatch implements BatchHandle {
  readonly batch: Batch
  readonly sink: BatchSink
  readonly options: BatchOptions
  state: 'queued' | 'running' | 'done' | 'cancelled' | 'aborted' = 'queued'
  abortReason: unknown
  graceMs: number | undefined

  constructor(batch: Batch, sink: BatchSink, options: BatchOptions) {
    this.batch = batch
    this.sink = sink
    this.options = options
  }

  get size(): number {
    return 'calls' in this.batch ? this.batch.calls.length : this.batch.items.length
  }

  /** Runs the tasks here and reports their values and errors. */
  run(durationMs = this.size, bytes?: number): this {
    for (let i = 0; i < this.size; i++) {
      try {
        this.sink.onValue(i, this.#call(i))
      } catch (error) {
        this.sink.onError(i, error)
      }
    }
    return this.finish(durationMs, bytes)
  }

  fail(error: unknown): this {
    for (let i = 0; i < this.size; i++) this.sink.onError(i, error)
    return this.finish(1)
  }

  finish(durationMs: number, bytes?: number): this {
    this.state = 'done'
    this.sink.onDone({ durationMs, bytes, worker: { kind: 'manual', id: 0 } })
    return this
  }

  cancel(): boolean {
    if (this.state !== 'queued') return false
    this.state = 'cancelled'
    return true
  }

  abort(reason: unknown, graceMs: number): void {
    this.state = 'aborted'
    this.abortReason = reason
    this.graceMs = graceMs
  }

  #call(i: number): unknown {
    if (!('calls' in this.batch)) {
      return this.batch.fn(this.batch.items[i] as never, (this.batch.firstIndex + i) as never)
    }
    const call = this.batch.calls[i]
    return call?.fn(...(call.args as never[]))
  }
}

/** A backend that does nothing by itself. */
export class ManualBackend implements ParallelBackend {
  readonly name = 'manual'
  capabilities: BackendCapabilities = {
    sharedMemory: false,
    timeout: true,
    idealBatchMs: 2,
    idealBatchBytes: Infinity,
    delivery: 'at-most-once',
  }
  /** What its calls run at a time from now on; undefined: what they asked for. */
  jobs: number | undefined
  readonly batches: ManualBatch[] = []
  readonly contexts: CallContext[] = []
  stopped = 0
  /** What `stop` of its calls returns. */
  onStop: (() => Promise<void>) | undefined
  #submitted: (() => void) | undefined

  effectiveJobs(requested: number): number {
    return requested
  }

  startCall(context: CallContext): BackendCall {
    this.contexts.push(context)
    const { jobs } = context
    const wanted = (): number => this.jobs ?? jobs
    return {
      get jobs() {
        return wanted()
      },
      submit: (batch, sink, options) => {
        const entry = new ManualBatch(batch, sink, options)
        this.batches.push(entry)
        this.#submitted?.()
        return entry
      },
      stop: () => {
        this.stopped++
        return this.onStop?.()
      },
    }
  }

  async terminate(): Promise<void> {}

  /** The batch with this number, counted from 0, once it is submitted. */
  async batch(number: number): Promise<ManualBatch> {
    for (;;) {
      const found = this.batches[number]
      if (found !== undefined) return found
      await new Promise<void>(resolve => (this.#submitted = resolve))
    }
  }

  get sizes(): number[] {
    return this.batches.map(batch => batch.size)
  }

  /** Runs every batch, also those that come while it does, until none is queued. */
  /** @param taskMs - of each task */
  async runAll(taskMs = 1): Promise<void> {
    for (let i = 0; i < this.batches.length; i++) {
      const batch = this.batches[i]
      if (batch?.state === 'queued') batch.run(batch.size * taskMs)
      if (i === this.batches.length - 1) await new Promise(setImmediate)
    }
  }
}
