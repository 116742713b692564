import { type AnyTaskFunction, type BatchHandle, CancelledError, checkDuration, checkInteger, checkOptionNames, checkSignal, describeValue, type MapOptions, WaitTimeoutError } from '@manyhands/base'
import type { WorkerExecutor } from './worker-executor.ts'

type Outcome = { readonly value: unknown } | { readonly error: unknown }

/** The iterator behind `executor.map`: submits items as far as the buffer allows and yields results in order. */
export function mapOrdered<R>(executor: Pick<WorkerExecutor, 'submitBatch'>, fn: AnyTaskFunction, items: unknown, options: MapOptions): AsyncIterableIterator<R> {
  checkOptionNames('map', options, ['chunkSize', 'bufferSize', 'timeoutMs', 'signal'], { chunksize: 'chunkSize', buffersize: 'bufferSize', timeout: 'timeoutMs' })
  checkInteger('chunkSize', options.chunkSize, 1)
  checkInteger('bufferSize', options.bufferSize, 1)
  checkDuration('timeoutMs', options.timeoutMs)
  checkSignal('signal', options.signal)
  return new OrderedMap<R>(executor, fn, openIterator(items), options)
}

function openIterator(items: unknown): Iterator<unknown> | AsyncIterator<unknown> {
  const iterable = (items ?? {}) as Iterable<unknown> | AsyncIterable<unknown>
  if (Symbol.asyncIterator in Object(iterable)) return (iterable as AsyncIterable<unknown>)[Symbol.asyncIterator]()
  if (Symbol.iterator in Object(iterable)) return (iterable as Iterable<unknown>)[Symbol.iterator]()
  throw new TypeError(`map takes an iterable or async iterable of items, got ${describeValue(items)}`)
}

class OrderedMap<R> implements AsyncIterableIterator<R> {
  readonly #executor: Pick<WorkerExecutor, 'submitBatch'>
  readonly #fn: AnyTaskFunction
  readonly #input: Iterator<unknown> | AsyncIterator<unknown>
  readonly #chunkSize: number
  readonly #bufferSize: number
  readonly #signal: AbortSignal | undefined
  readonly #outcomes = new Map<number, Outcome>()
  readonly #handles = new Set<BatchHandle>()
  readonly #timer: NodeJS.Timeout | undefined
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

  constructor(executor: Pick<WorkerExecutor, 'submitBatch'>, fn: AnyTaskFunction, input: Iterator<unknown> | AsyncIterator<unknown>, options: MapOptions) {
    this.#executor = executor
    this.#fn = fn
    this.#input = input
    this.#chunkSize = options.chunkSize ?? 1
    this.#bufferSize = options.bufferSize ?? Infinity
    this.#signal = options.signal
    const { timeoutMs } = options
    if (timeoutMs !== undefined && timeoutMs !== Infinity) {
      this.#timer = setTimeout(() => this.#fail(new WaitTimeoutError(`the results of map were not there`, timeoutMs)), timeoutMs)
    }
    if (this.#signal?.aborted === true) this.#abort()
    else this.#signal?.addEventListener('abort', this.#abort, { once: true })
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
          await this.#close()
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
        await this.#close()
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
      let step: IteratorResult<unknown> | Promise<IteratorResult<unknown>>
      try {
        step = this.#input.next()
      } catch (error) {
        this.#inputFailed(error, chunk)
        break
      }
      if (step instanceof Promise || typeof (step as Partial<PromiseLike<unknown>>).then === 'function') {
        // While an item is waited for, what is there goes out.
        this.#submit(chunk)
        void (step as Promise<IteratorResult<unknown>>).then(
          result => this.#resume(result, chunk),
          (error: unknown) => this.#inputFailed(error, chunk),
        )
        return
      }
      if (this.#accept(step, chunk)) this.#submit(chunk)
    }
    this.#submit(chunk)
    this.#pulling = false
    this.#rouse()
  }

  #resume(step: IteratorResult<unknown>, chunk: unknown[]): void {
    this.#accept(step, chunk)
    this.#submit(chunk)
    this.#pulling = false
    this.#rouse()
    this.#pull()
  }

  /** @returns true when the chunk is full */
  #accept(step: IteratorResult<unknown>, chunk: unknown[]): boolean {
    if (step.done === true) this.#ended = true
    else chunk.push(step.value)
    return chunk.length >= this.#chunkSize
  }

  /** The error takes the place of the item that the input could not give. */
  #inputFailed(error: unknown, chunk: unknown[]): void {
    if (this.#over) return
    this.#submit(chunk)
    if (this.#failure === undefined) this.#outcomes.set(this.#submitted++, { error })
    this.#ended = true
    this.#pulling = false
    this.#rouse()
  }

  #submit(chunk: unknown[]): void {
    if (chunk.length === 0 || this.#over || this.#failure !== undefined) return
    const base = this.#submitted
    const calls = chunk.map(item => ({ fn: this.#fn, args: [item] }))
    chunk.length = 0
    this.#submitted += calls.length
    try {
      const handle = this.#executor.submitBatch(
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
    if (this.#ended && this.#taken + this.#outcomes.size === this.#submitted) clearTimeout(this.#timer) // all are there: nothing can be late
    if (index === this.#taken) this.#rouse()
  }

  readonly #abort = (): void => {
    this.#outcomes.clear()
    this.#fail(new CancelledError('map was aborted', { cause: this.#signal?.reason }))
  }

  /** From now on nothing is submitted; results that are there are still given. */
  #fail(error: Error): void {
    if (this.#over || this.#failure !== undefined) return
    this.#failure = error
    this.#cancel()
    this.#rouse()
  }

  #cancel(): void {
    for (const handle of this.#handles) handle.cancel()
    this.#handles.clear()
  }

  #rouse(): void {
    const wake = this.#wake
    this.#wake = undefined
    wake?.()
  }

  async #close(): Promise<void> {
    if (this.#over) return
    this.#over = true
    clearTimeout(this.#timer)
    this.#signal?.removeEventListener('abort', this.#abort)
    this.#cancel()
    this.#outcomes.clear()
    this.#rouse()
    if (this.#ended) return
    this.#ended = true
    const closing = this.#input.return?.()
    // An input that is asked for an item closes when it has given it, which may be never.
    if (!this.#pulling) await closing
    else if (closing instanceof Promise) closing.catch((error: unknown) => process.emitWarning(error instanceof Error ? error : String(error)))
  }
}
