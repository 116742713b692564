import {
  type AnyTaskFunction,
  armLimits,
  type CallSite,
  CancelledError,
  checkDuration,
  checkInteger,
  checkSignal,
  describeValue,
  type MapOptions,
  type MapResults,
  WaitTimeoutError,
  warnOf,
  Promise,
} from '@manyhands/base'
import type { Arguments, ChunkExecutor, ChunkSink } from './map-chunks.ts'
import { MapInput } from './map-input.ts'

/** What a map runs, and how it gives its results. */
export interface MapPlan {
  /** The method that was called, for errors. */
  readonly where: string
  readonly executor: ChunkExecutor
  readonly fn: AnyTaskFunction
  readonly inputs: readonly unknown[]
  readonly options: MapOptions
  /** Results come in the order of the items. */
  readonly ordered: boolean
  /** Each result comes as `{ index, value }`. */
  readonly indexed: boolean
  readonly callSite: CallSite
  /** Called once, when nothing more will be submitted. */
  readonly onSubmitted?: (() => void) | undefined
}

type Outcome = { readonly value: unknown } | { readonly error: unknown }

/**
 * The iterator behind the maps: submits items as far as the buffer allows and yields results.
 *
 * @throws TypeError, RangeError for bad options, and for what is not iterable
 */
export function startMap<R>(plan: MapPlan): MapResults<R> {
  const { options } = plan
  checkInteger('chunkSize', options.chunkSize, 1)
  checkInteger('bufferSize', options.bufferSize, 1)
  checkDuration('timeoutMs', options.timeoutMs)
  checkSignal('signal', options.signal)
  const { spread = false } = options
  if (typeof spread !== 'boolean') throw new TypeError(`spread must be true or false, got ${describeValue(spread)}`)
  return new Results<R>(plan, new MapInput(plan.where, plan.inputs, spread))
}

class Results<R> implements MapResults<R>, ChunkSink {
  readonly #plan: MapPlan
  readonly #input: MapInput
  readonly #chunkSize: number
  readonly #bufferSize: number
  /** By position when ordered, otherwise in the order in which they came. */
  readonly #outcomes = new Map<number, Outcome>()
  /** Ends the watch on time and signal. */
  readonly #disarm: () => void
  #submitted = 0
  #arrived = 0
  #taken = 0
  /** The input gave its last item. */
  #ended = false
  #closing: Promise<void> | undefined
  #pulling = false
  #over = false
  #submittedAll = false
  /** Ends the iteration wherever it is. */
  #failure: Error | undefined
  #wake: (() => void) | undefined
  #turn: Promise<unknown> = Promise.resolve()

  constructor(plan: MapPlan, input: MapInput) {
    const { options } = plan
    this.#plan = plan
    this.#input = input
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
    return this.#inTurn(() => this.#take())
  }

  toArray(): Promise<R[]> {
    return this.#inTurn(() => this.#takeAll())
  }

  async return(): Promise<IteratorResult<R, undefined>> {
    await this.#close()
    return { done: true, value: undefined }
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#close()
  }

  /** @internal */
  get cancelled(): boolean {
    return this.#over || this.#failure !== undefined
  }

  /** @internal */
  onValue(index: number, value: unknown): void {
    this.#settle(index, { value: this.#plan.indexed ? { index, value } : value })
  }

  /** @internal */
  onError(index: number, error: unknown): void {
    this.#settle(index, { error })
  }

  #inTurn<T>(take: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(take)
    this.#turn = result.catch(() => {})
    return result
  }

  async #take(): Promise<IteratorResult<R, undefined>> {
    let result = this.#poll()
    for (; result === 'later'; result = this.#poll()) await this.#woken()
    if (result !== 'end') return { done: false, value: result.value as R }
    await this.#close()
    return { done: true, value: undefined }
  }

  async #takeAll(): Promise<R[]> {
    const all: R[] = []
    for (let result = this.#poll(); result !== 'end'; result = this.#poll()) {
      if (result === 'later') await this.#woken()
      else all.push(result.value as R)
    }
    await this.#close()
    return all
  }

  /** Takes the next result if it is there. */
  #poll(): { readonly value: unknown } | 'later' | 'end' {
    if (this.#over) return 'end'
    const outcome = this.#outcomes.get(this.#taken)
    if (outcome !== undefined) {
      this.#outcomes.delete(this.#taken)
      this.#taken++
      if ('error' in outcome) return this.#throw(outcome.error)
      this.#pull()
      return outcome
    }
    if (this.#ended && this.#taken === this.#submitted) return 'end'
    return this.#failure === undefined ? 'later' : this.#throw(this.#failure)
  }

  /**
   * As when a loop is left by an error: that error counts, and not what the input says to being closed, which may take
   * forever.
   */
  #throw(error: unknown): never {
    this.#close().catch(() => {})
    this.#plan.callSite.addTo(error)
    throw error
  }

  #woken(): Promise<void> {
    return new Promise(resolve => {
      this.#wake = resolve
    })
  }

  readonly #pullOn = (): void => this.#pull()

  /** Submits chunks until the input ends or the buffer is full. Synchronous for a synchronous input. */
  #pull(): void {
    if (this.#pulling) return
    this.#pulling = true
    const chunk: Arguments[] = []
    while (!this.#ended && !this.cancelled) {
      const room = this.#bufferSize - (this.#submitted + chunk.length - this.#taken)
      if (room <= 0 || !this.#plan.executor.hasRoomFor(this.#pullOn)) break
      if (this.#input.isAsync) {
        // While an item is waited for, what is there goes out.
        this.#submit(chunk)
        void this.#input.nextLater().then(
          args => {
            this.#accept(args, chunk)
            this.#pulled(chunk)
            this.#pull()
          },
          (error: unknown) => this.#inputFailed(error, chunk),
        )
        return
      }
      try {
        if (this.#accept(this.#input.next(), chunk)) this.#submit(chunk)
      } catch (error) {
        this.#inputFailed(error, chunk)
        return
      }
    }
    this.#pulled(chunk)
  }

  /** @returns true when the chunk is full */
  #accept(args: Arguments | undefined, chunk: Arguments[]): boolean {
    if (args === undefined) this.#ended = true
    else chunk.push(args)
    return chunk.length >= this.#chunkSize
  }

  #pulled(chunk: Arguments[]): void {
    this.#submit(chunk)
    this.#pulling = false
    if (this.#ended) void this.#endInput()
    this.#wakeReader()
  }

  /** The error takes the place of the item that the input could not give; in the order of arrival it comes last. */
  #inputFailed(error: unknown, chunk: Arguments[]): void {
    if (this.#over) return
    this.#submit(chunk)
    if (this.#failure === undefined) this.#outcomes.set(this.#submitted++, { error })
    this.#ended = true
    this.#pulling = false
    void this.#endInput()
    this.#wakeReader()
  }

  #submit(chunk: Arguments[]): void {
    if (chunk.length === 0 || this.cancelled) return
    const base = this.#submitted
    this.#submitted += chunk.length
    try {
      this.#plan.executor.submitChunk(this.#plan.fn, chunk.splice(0), base, this)
    } catch (error) {
      this.#fail(error as Error) // the executor was shut down, or broke, in the meantime
    }
  }

  #settle(index: number, outcome: Outcome): void {
    if (this.cancelled) return
    const key = this.#plan.ordered ? index : this.#arrived++
    this.#outcomes.set(key, outcome)
    if (key === this.#taken) this.#wakeReader()
  }

  #abort(reason: unknown): void {
    this.#outcomes.clear()
    this.#fail(new CancelledError(`${this.#plan.where} was aborted`, { cause: reason }))
  }

  #timeOut(timeoutMs: number): void {
    const missing = this.#submitted - this.#taken - this.#outcomes.size
    if (this.#ended && missing === 0) return // all are there: nothing is late
    const what = `${missing} of ${this.#submitted} results of ${this.#plan.where} were missing`
    this.#fail(new WaitTimeoutError(what, timeoutMs))
  }

  /** From now on nothing is submitted; results that are there are still given. */
  #fail(error: Error): void {
    if (this.cancelled) return
    this.#failure = error
    this.#noteCancelled()
    this.#noteSubmitted()
    this.#wakeReader()
  }

  #noteCancelled(): void {
    if (this.#taken + this.#outcomes.size < this.#submitted) this.#plan.executor.noteCancelled()
  }

  #wakeReader(): void {
    const wake = this.#wake
    this.#wake = undefined
    wake?.()
  }

  #noteSubmitted(): void {
    if (this.#submittedAll) return
    this.#submittedAll = true
    this.#plan.onSubmitted?.()
  }

  /** Nothing more is pulled: inputs that went together with the one that has ended are closed. */
  #endInput(): Promise<void> {
    this.#noteSubmitted()
    if (this.#closing === undefined) {
      this.#closing = this.#input.close()
      this.#closing.catch(() => {}) // told by whoever waits for it
    }
    return this.#closing
  }

  async #close(): Promise<void> {
    if (this.#over) return
    this.#over = true
    this.#disarm()
    this.#noteCancelled()
    this.#outcomes.clear()
    this.#wakeReader()
    this.#ended = true
    const closing = this.#endInput()
    // An input that is asked for an item closes when it has given it, which may be never.
    if (this.#pulling) closing.catch(warnOf)
    else await closing
  }
}

// It is taken for an array, as `results = await pool.map(…)`. Types say so as well.
for (const name of [Symbol.iterator, 'map', 'filter', 'forEach', 'reduce'] as const) {
  Object.defineProperty(Results.prototype, name, {
    value: () => {
      throw new TypeError(
        'a map of an executor returns an async iterator, not an array: use `await pool.map(…).toArray()`, ' +
          'or `for await (const result of pool.map(…))`',
      )
    },
  })
}
