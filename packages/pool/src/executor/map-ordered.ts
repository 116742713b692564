import {
  type AnyTaskFunction,
  armLimits,
  type Batch,
  type BatchHandle,
  type BatchSink,
  type CallSite,
  CancelledError,
  checkDuration,
  checkInteger,
  checkOptionNames,
  checkSignal,
  type MapOptions,
  openInput,
  type OpenInput,
  readStep,
  WaitTimeoutError,
  warnOf,
  Promise,
} from '@manyhands/base'

/** Submits a batch; see `WorkerExecutor.submitBatch`. */
type Submit = (batch: Batch, sink: BatchSink) => BatchHandle

type Outcome = { readonly value: unknown } | { readonly error: unknown }

/** The iterator behind `executor.map`: submits items as far as the buffer allows and yields results in order. */
export function mapOrdered<R>(
  submit: Submit,
  fn: AnyTaskFunction,
  items: unknown,
  options: MapOptions,
  callSite: CallSite,
): AsyncIterableIterator<R> {
  checkOptionNames('map', options, ['chunkSize', 'bufferSize', 'timeoutMs', 'signal'], {
    chunksize: 'chunkSize',
    buffersize: 'bufferSize',
    timeout: 'timeoutMs',
  })
  checkInteger('chunkSize', options.chunkSize, 1)
  checkInteger('bufferSize', options.bufferSize, 1)
  checkDuration('timeoutMs', options.timeoutMs)
  checkSignal('signal', options.signal)
  return new OrderedMap<R>(submit, fn, openInput('map', 'items', items), options, callSite)
}

class OrderedMap<R> implements AsyncIterableIterator<R> {
  readonly #submitBatch: Submit
  readonly #fn: AnyTaskFunction
  readonly #input: Iterator<unknown> | AsyncIterator<unknown>
  readonly #isAsync: boolean
  readonly #chunkSize: number
  readonly #bufferSize: number
  readonly #outcomes = new Map<number, Outcome>()
  readonly #handles = new Set<BatchHandle>()
  /** Ends the watch on time and signal. */
  readonly #disarm: () => void
  readonly #callSite: CallSite
  #submitted = 0
  #taken = 0
  /** The input gave its last item. */
  #ended = false
  #pulling = false
  #over = false
  /** Ends the iteration wherever it is. */
  #failure: Error | undefined
  #wake: (() => void) | undefined
  #turn: Promise<unknown> = Promise.resolve()

  constructor(submit: Submit, fn: AnyTaskFunction, input: OpenInput<unknown>, options: MapOptions, callSite: CallSite) {
    this.#submitBatch = submit
    this.#callSite = callSite
    this.#fn = fn
    this.#isAsync = 'async' in input
    this.#input = 'async' in input ? input.async : input.sync
    this.#chunkSize = options.chunkSize ?? 1
    this.#bufferSize = options.bufferSize ?? Infinity
    this.#disarm = armLimits(
      options,
      () => this.#timeOut(options.timeoutMs ?? 0),
      reason => this.#abort(reason),
    )
    this.#pull()
  }

  /** Calls that come before the last was answered are answered in their order. */
  next(): Promise<IteratorResult<R, undefined>> {
    const result = this.#turn.then(() => this.#take())
    this.#turn = result.catch(() => {})
    return result
  }

  async return(): Promise<IteratorResult<R, undefined>> {
    await this.#close()
    return { done: true, value: undefined }
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  async #take(): Promise<IteratorResult<R, undefined>> {
    for (;;) {
      if (this.#over) return { done: true, value: undefined }
      const outcome = this.#outcomes.get(this.#taken)
      if (outcome !== undefined) {
        this.#outcomes.delete(this.#taken)
        this.#taken++
        if ('error' in outcome) {
          this.#closeLater()
          this.#callSite.addTo(outcome.error)
          throw outcome.error
        }
        this.#pull()
        return { done: false, value: outcome.value as R }
      }
      if (this.#ended && this.#taken === this.#submitted) {
        await this.#close()
        return { done: true, value: undefined }
      }
      if (this.#failure !== undefined) {
        const failure = this.#failure
        this.#closeLater()
        this.#callSite.addTo(failure)
        throw failure
      }
      await new Promise<void>(resolve => {
        this.#wake = resolve
      })
    }
  }

  /** Submits chunks until the input ends or the buffer is full. Synchronous for a synchronous input. */
  #pull(): void {
    if (this.#pulling) return
    this.#pulling = true
    const chunk: unknown[] = []
    while (!this.#ended && !this.#over && this.#failure === undefined) {
      const room = this.#bufferSize - (this.#submitted + chunk.length - this.#taken)
      if (room <= 0) break
      if (this.#isAsync) {
        // While an item is waited for, what is there goes out.
        this.#submit(chunk)
        void this.#ask().then(
          item => this.#resume(item, chunk),
          (error: unknown) => this.#inputFailed(error, chunk),
        )
        return
      }
      try {
        if (this.#accept(readStep(this.#input.next()), chunk)) this.#submit(chunk)
      } catch (error) {
        this.#inputFailed(error, chunk)
        break
      }
    }
    this.#submit(chunk)
    this.#pulling = false
    this.#wakeReader()
  }

  async #ask(): Promise<{ readonly value: unknown } | undefined> {
    return readStep(await this.#input.next())
  }

  #resume(item: { readonly value: unknown } | undefined, chunk: unknown[]): void {
    this.#accept(item, chunk)
    this.#submit(chunk)
    this.#pulling = false
    this.#wakeReader()
    this.#pull()
  }

  /** @returns true when the chunk is full */
  #accept(item: { readonly value: unknown } | undefined, chunk: unknown[]): boolean {
    if (item === undefined) this.#ended = true
    else chunk.push(item.value)
    return chunk.length >= this.#chunkSize
  }

  /** The error takes the place of the item that the input could not give. */
  #inputFailed(error: unknown, chunk: unknown[]): void {
    if (this.#over) return
    this.#submit(chunk)
    if (this.#failure === undefined) this.#outcomes.set(this.#submitted++, { error })
    this.#ended = true
    this.#pulling = false
    this.#wakeReader()
  }

  #submit(chunk: unknown[]): void {
    if (chunk.length === 0 || this.#over || this.#failure !== undefined) return
    const base = this.#submitted
    const calls = chunk.map(item => ({ fn: this.#fn, args: [item] }))
    chunk.length = 0
    this.#submitted += calls.length
    try {
      const handle = this.#submitBatch(
        { calls },
        {
          onValue: (index, value) => this.#settle(base + index, { value }),
          onError: (index, error) => this.#settle(base + index, { error }),
          onDone: () => void this.#handles.delete(handle),
        },
      )
      this.#handles.add(handle)
    } catch (error) {
      this.#fail(error as Error) // the executor was shut down, or broke, in the meantime
    }
  }

  #settle(index: number, outcome: Outcome): void {
    if (this.#over || this.#failure !== undefined) return
    this.#outcomes.set(index, outcome)
    if (index === this.#taken) this.#wakeReader()
  }

  #abort(reason: unknown): void {
    this.#outcomes.clear()
    this.#fail(new CancelledError('map was aborted', { cause: reason }))
  }

  #timeOut(timeoutMs: number): void {
    const missing = this.#submitted - this.#taken - this.#outcomes.size
    if (this.#ended && missing === 0) return // all are there: nothing is late
    this.#fail(new WaitTimeoutError(`${missing} of ${this.#submitted} results of map were missing`, timeoutMs))
  }

  /** From now on nothing is submitted; results that are there are still given. */
  #fail(error: Error): void {
    if (this.#over || this.#failure !== undefined) return
    this.#failure = error
    this.#cancel()
    this.#wakeReader()
  }

  #cancel(): void {
    for (const handle of this.#handles) handle.cancel()
    this.#handles.clear()
  }

  #wakeReader(): void {
    const wake = this.#wake
    this.#wake = undefined
    wake?.()
  }

  /**
   * As when a loop is left by an error: that error counts, and not what the input says to being closed, which may take
   * forever.
   */
  #closeLater(): void {
    this.#close().catch(() => {})
  }

  async #close(): Promise<void> {
    if (this.#over) return
    this.#over = true
    this.#disarm()
    this.#cancel()
    this.#outcomes.clear()
    this.#wakeReader()
    if (this.#ended) return
    this.#ended = true
    const closing = this.#input.return?.()
    // An input that is asked for an item closes when it has given it, which may be never.
    if (!this.#pulling) await closing
    else if (closing instanceof Promise) {
      closing.catch(warnOf)
    }
  }
}

// It is taken for an array, as `results = await pool.map(…)`. Types say so as well.
for (const name of [Symbol.iterator, 'map', 'filter', 'forEach', 'reduce'] as const) {
  Object.defineProperty(OrderedMap.prototype, name, {
    value: () => {
      throw new TypeError(
        'map of an executor returns an async iterator, not an array: use `for await (const result of pool.map(…))`, ' +
          'or `await Array.fromAsync(pool.map(…))`',
      )
    },
  })
}
