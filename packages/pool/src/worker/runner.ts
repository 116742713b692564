import { type Codec, isThenable, queueMicrotask, setImmediate, clock, Promise } from '@manyhands/base'
import type { TaskContext, TaskContextSource } from '../here/worker-state.ts'
import {
  ABORTED_BATCH,
  distance,
  ENDED,
  IN_USE,
  LISTENING_BATCH,
  numberAfter,
  RUNNING,
  TAKEN,
  TAKEN_FROM,
  TAKEN_TO,
} from '../protocol/control-words.ts'
import {
  ABORT,
  BATCH,
  BEGIN,
  DEFINE,
  FORGET,
  LISTENING,
  type ToMainMessage,
  type ToWorkerMessage,
  RECALL,
  REPORT_BEGIN,
  RETURNED,
} from '../protocol/messages.ts'
import { type Payload } from '../protocol/payload.ts'
import { countOfRun, FIRST_RUN, functionOfRun, readRun, RUN_LENGTH, SPREAD } from '../protocol/run.ts'
import { type FunctionEntry, Functions, reviveFunction, type WorkerFunction } from './functions.ts'
import { Outbox } from './outbox.ts'

/**
 * Longest stay away from the event loop. Larger: timers and I/O of user code are served later; smaller: more turns of
 * the loop.
 */
const TURN_MS = 2
/** The clock is read after the first task of a turn and then after each 8: tasks that share a batch are short. */
const CLOCK_MASK = 7
export interface RunnerOptions {
  readonly codec: Codec
  readonly post: (message: ToMainMessage, transfer?: readonly unknown[]) => void
  readonly concurrency: number
  /** Called when tasks have ended, before that is told: what it posts comes first. */
  readonly onEnded?: (() => void) | undefined
  /**
   * Where main cannot see which task is running: resolves when what was posted is out of this process, undefined when
   * it is. A worker that goes takes the rest with it, and then main must not take a batch that has begun for one that
   * waited.
   */
  readonly unsent?: (() => Promise<void> | undefined) | undefined
}

/** Where in a batch the runner is. */
interface Cursor {
  readonly id: number
  reportBegin: boolean
  readonly message: readonly unknown[]
  /** The run, as an index in the message, and the call in it. */
  run: number
  call: number
  /** Index in the batch of that call. */
  index: number
  /** Async tasks of the batch that have not settled. */
  pending: number
  /** Of a run whose function came with it: that function. */
  inline: FunctionEntry | undefined
  controller: AbortController | undefined
  aborted: boolean
}

/**
 * Runs batches in the order in which they came, and tells their results.
 *
 * It keeps the thread from its event loop, and lets results wait, for `TURN_MS` plus the task at which that is noticed:
 * see `CLOCK_MASK`.
 */
export class Runner implements TaskContextSource {
  readonly #options: RunnerOptions
  readonly #functions = new Functions()
  readonly #outbox: Outbox
  readonly #queue: Cursor[] = []
  /** Batches whose last call was begun, but not all of whose async tasks have settled. */
  readonly #unsettled = new Map<number, Cursor>()
  #asyncPending = 0
  /** Words shared with main; see messages.ts. */
  #control: Int32Array | undefined
  /** The number of the task that was begun last, as it was written to `RUNNING`. */
  #running = 0
  /** Waits for a turn of the event loop, or for an import. */
  #paused = false
  #current: Cursor | undefined
  #flushScheduled = false

  constructor(options: RunnerOptions) {
    this.#options = options
    this.#outbox = new Outbox(options.codec, options.post)
  }

  /** Nothing to do and nothing pending: the worker may spin or park. */
  get idle(): boolean {
    return this.#queue.length === 0 && this.#asyncPending === 0
  }

  /**
   * From now on main sees in `words` which task is running. A process gets them when it has run tasks already, or
   * never.
   */
  useControl(words: Int32Array): void {
    Atomics.add(words, RUNNING, this.#running) // main may have taken tasks back before this thread ran
    Atomics.store(words, IN_USE, 1)
    this.#control = words
  }

  receive(message: ToWorkerMessage): void {
    switch (message[0]) {
      case BATCH:
        this.#queue.push({
          id: message[1],
          reportBegin: (message[2] & REPORT_BEGIN) !== 0,
          message,
          run: FIRST_RUN,
          call: 0,
          index: 0,
          pending: 0,
          inline: undefined,
          controller: undefined,
          aborted: false,
        })
        return
      case DEFINE:
        return this.#functions.define(message[1], message[2])
      case FORGET:
        return this.#functions.forget(message[1])
      case RECALL:
        return this.#giveBack(message[1])
      case ABORT:
        return this.#abort(message[1])
    }
  }

  /** Runs what there is, for one turn at most. */
  run(): void {
    if (this.#paused) return
    const deadline = clock() + TURN_MS
    while (!this.#paused) {
      const cursor = this.#queue[0]
      if (cursor === undefined || this.#asyncPending >= this.#options.concurrency) break
      const unsent = cursor.index === 0 ? this.#options.unsent?.() : undefined
      if (unsent !== undefined) return this.#pauseUntil(unsent)
      if (this.#runBatch(cursor, deadline)) {
        this.#queue.shift()
        if (cursor.pending > 0) this.#unsettled.set(cursor.id, cursor)
        this.#options.onEnded?.()
        this.#outbox.flush()
        if (this.#queue.length > 0 && clock() >= deadline) this.#pauseUntil(new Promise(setImmediate))
      } else if (this.#asyncPending >= this.#options.concurrency) {
        this.#outbox.flush() // what is finished does not wait for what is pending
      } else if (!this.#paused) {
        this.#pauseUntil(new Promise(setImmediate))
      }
    }
  }

  context(): TaskContext | undefined {
    const cursor = this.#current
    if (cursor === undefined) return undefined
    const control = this.#control
    if (control !== undefined) control[LISTENING_BATCH] = cursor.id
    else if (cursor.controller === undefined) this.#options.post([LISTENING, cursor.id])
    const controller = (cursor.controller ??= new AbortController())
    if (cursor.aborted) controller.abort()
    return {
      signal: controller.signal,
      get aborted() {
        return cursor.aborted || (control !== undefined && Atomics.load(control, ABORTED_BATCH) === cursor.id)
      },
    }
  }

  /** Sends what is finished; for the last moment of a worker. */
  flush(): void {
    this.#outbox.flush()
  }

  /** @returns true when the last call of the batch was begun; false to go on later */
  #runBatch(cursor: Cursor, deadline: number): boolean {
    const { message } = cursor
    if (cursor.reportBegin) {
      cursor.reportBegin = false
      this.#options.post([BEGIN, cursor.id])
    }
    while (cursor.run < message.length) {
      const slot = functionOfRun(message, cursor.run)
      const entry =
        typeof slot === 'number'
          ? this.#functions.get(slot)
          : (cursor.inline ??= reviveFunction(slot, revived => void (cursor.inline = revived)))
      if (typeof entry === 'function') {
        // An async task of the run before may still be pending.
        if (this.#asyncPending >= this.#options.concurrency || !this.#runCalls(cursor, entry, deadline)) return false
      } else if ('error' in entry) {
        this.#failRun(cursor, entry.error)
      } else {
        this.#pauseUntil(entry)
        return false
      }
      cursor.run += RUN_LENGTH
      cursor.call = 0
      cursor.inline = undefined
    }
    return true
  }

  #runCalls(cursor: Cursor, fn: WorkerFunction, deadline: number): boolean {
    const { codec, concurrency } = this.#options
    const control = this.#control
    const { message, run } = cursor
    const { count, arity, firstIndex, payload } = readRun(message, run)
    const outbox = this.#outbox
    const first = cursor.call
    let started = clock()
    this.#current = cursor
    let done = true
    for (; cursor.call < count;) {
      const number = numberAfter(cursor.id, cursor.index)
      if (control !== undefined && !this.#mayBegin(control, number)) {
        done = this.#leave(cursor)
        break
      }
      this.#running = number
      const call = cursor.call++
      const index = cursor.index++
      let result: unknown
      try {
        if (arity === 1) {
          const value = payload[call]
          const argument = typeof value === 'object' && value !== null ? codec.decode(value) : value
          if (argument instanceof Promise) {
            result = argument.then(revived =>
              this.#within(cursor, () => (firstIndex < 0 ? fn(revived) : fn(revived, firstIndex + call))),
            )
          } else result = firstIndex < 0 ? fn(argument) : fn(argument, firstIndex + call)
        } else {
          result = this.#callWith(cursor, fn, payload, call * arity, arity)
        }
        // A promise stays itself; another thenable becomes one that settles once.
        if (isThenable(result)) result = Promise.resolve(result)
      } catch (error) {
        outbox.error(cursor.id, index, error)
        continue
      }
      if (result instanceof Promise) {
        outbox.endSegment(clock() - started)
        this.#await(cursor, index, result)
        started = clock()
        if (this.#asyncPending >= concurrency) {
          done = cursor.call === count
          break
        }
        continue
      }
      outbox.value(cursor.id, index, result)
      if (((call - first) & CLOCK_MASK) !== 0 && count > CLOCK_MASK) continue
      const now = clock()
      if (now < deadline || cursor.call === count) continue
      outbox.endSegment(now - started)
      this.#current = undefined
      return false
    }
    outbox.endSegment(clock() - started)
    this.#current = undefined
    return done
  }

  /** Main sees that the task is begun, unless it has taken it back, or is about to end this worker. */
  #mayBegin(control: Int32Array, number: number): boolean {
    if (Atomics.compareExchange(control, RUNNING, this.#running, number) === this.#running) return true
    for (;;) {
      const word = Atomics.load(control, RUNNING)
      if ((word & ENDED) !== 0) {
        this.#paused = true // for ever: what is begun now would be lost
        return false
      }
      const isBefore = distance(number, Atomics.load(control, TAKEN_FROM)) > 0
      if (!isBefore && distance(number, Atomics.load(control, TAKEN_TO)) > 0) return false
      const next = isBefore ? number | TAKEN : number
      if (Atomics.compareExchange(control, RUNNING, word, next) === word) return true
    }
  }

  /** The rest of the batch was taken back. @returns true when nothing is left to do for it; false when it must wait */
  #leave(cursor: Cursor): boolean {
    if (this.#paused) return false
    cursor.run = cursor.message.length
    return true
  }

  /** A call with none or several arguments, or with an array of all. */
  #callWith(cursor: Cursor, fn: WorkerFunction, payload: Payload, at: number, arity: number): unknown {
    const { codec } = this.#options
    if (arity === SPREAD) {
      const spread = codec.decode(payload[0] as object) as unknown[] | Promise<unknown[]>
      return spread instanceof Promise
        ? spread.then(revived => this.#within(cursor, () => fn(...revived)))
        : fn(...spread)
    }
    const args: unknown[] = []
    let wait = false
    for (let i = at; i < at + arity; i++) {
      const value = payload[i]
      const argument = typeof value === 'object' && value !== null ? codec.decode(value) : value
      if (argument instanceof Promise) wait = true
      args.push(argument)
    }
    return wait ? Promise.all(args).then(revived => this.#within(cursor, () => fn(...revived))) : fn(...args)
  }

  /** Makes a call that had to wait for an import: it has a context like any other. */
  #within(cursor: Cursor, call: () => unknown): unknown {
    this.#current = cursor
    try {
      return call()
    } finally {
      this.#current = undefined
    }
  }

  #await(cursor: Cursor, index: number, result: Promise<unknown>): void {
    this.#asyncPending++
    cursor.pending++
    const started = clock()
    const settled = (failed: boolean, outcome: unknown): void => {
      this.#asyncPending--
      if (--cursor.pending === 0) this.#unsettled.delete(cursor.id)
      if (failed) this.#outbox.error(cursor.id, index, outcome)
      else this.#outbox.value(cursor.id, index, outcome)
      this.#outbox.endSegment(clock() - started)
      this.#flushSoon()
    }
    void result.then(
      value => settled(false, value),
      (error: unknown) => settled(true, error),
    )
  }

  /** Results of async tasks that settle in the same tick go together. */
  #flushSoon(): void {
    if (this.#flushScheduled) return
    this.#flushScheduled = true
    queueMicrotask(() => {
      this.#flushScheduled = false
      this.#options.onEnded?.()
      this.run()
      this.#outbox.flush()
    })
  }

  #failRun(cursor: Cursor, error: unknown): void {
    const count = countOfRun(cursor.message, cursor.run)
    for (; cursor.call < count; cursor.call++) {
      const number = numberAfter(cursor.id, cursor.index)
      if (this.#control !== undefined && !this.#mayBegin(this.#control, number)) return void this.#leave(cursor)
      this.#running = number
      this.#outbox.error(cursor.id, cursor.index++, error)
    }
  }

  #pauseUntil(event: PromiseLike<unknown>): void {
    this.#paused = true
    this.#outbox.flush()
    void event.then(() => {
      this.#paused = false
      this.run()
    })
  }

  #giveBack(batchId: number): void {
    const at = this.#queue.findIndex(cursor => cursor.id === batchId)
    const cursor = this.#queue[at]
    if (cursor === undefined) return // it was begun to its end
    this.#outbox.flush()
    this.#queue.splice(at, 1)
    if (cursor.pending > 0) this.#unsettled.set(cursor.id, cursor)
    this.#options.post([RETURNED, batchId, cursor.index])
  }

  #abort(batchId: number): void {
    const begun = this.#unsettled.get(batchId)
    const cursor = begun ?? this.#queue.find(waiting => waiting.id === batchId)
    if (cursor === undefined) return
    cursor.aborted = true
    cursor.controller?.abort()
    if (begun === undefined) this.#giveBack(batchId)
    else this.#options.post([RETURNED, batchId, begun.index]) // none, but main sees that this worker is not stuck
  }
}
