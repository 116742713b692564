import {
  armLimits,
  type Batch,
  type BatchHandle,
  type BatchSink,
  isThenable,
  TaskTimeoutError,
  type WorkerInfo,
  clock,
  Promise,
} from '@manyhands/base'
import { labelOf } from '@manyhands/closure'

type Outcome = { readonly value: unknown } | { readonly error: unknown }

/**
 * A batch that runs in this thread. Its sink receives each task's outcome once, also when a task ends after it was
 * aborted.
 */
export class LocalBatch implements BatchHandle {
  readonly #batch: Batch
  readonly #size: number
  readonly #sink: BatchSink
  readonly #timeoutMs: number | undefined
  #state: 'queued' | 'running' | 'over' = 'queued'
  /** The task that runs or comes next; those before it were reported. */
  #next = 0
  #durationMs = 0

  constructor(batch: Batch, sink: BatchSink, timeoutMs: number | undefined) {
    this.#batch = batch
    this.#size = 'calls' in batch ? batch.calls.length : batch.items.length
    this.#sink = sink
    this.#timeoutMs = timeoutMs
  }

  cancel(): boolean {
    if (this.#state !== 'queued') return false
    this.#state = 'over'
    return true
  }

  abort(reason: unknown): void {
    if (this.#state === 'over') return
    while (this.#next < this.#size) this.#sink.onError(this.#next++, reason)
    this.#finish(undefined)
  }

  /**
   * Runs its tasks one after the other; does nothing when it was cancelled.
   *
   * @param turn - given the time, returns a promise when the event loop is to have a turn
   */
  async run(worker: WorkerInfo, turn: (now: number) => Promise<void> | undefined): Promise<void> {
    if (this.#state !== 'queued') return
    this.#state = 'running'
    this.#sink.onBegin?.(worker)
    for (let began = clock(); this.#state === 'running' && this.#next < this.#size;) {
      const index = this.#next
      let outcome = this.#call(index)
      if ('value' in outcome && isThenable(outcome.value)) outcome = await this.#settled(outcome.value, index)
      const now = clock()
      if (!this.#isRunning()) return // it was aborted meanwhile, and its tasks were reported
      this.#next++
      this.#durationMs += now - began
      if (this.#timeoutMs !== undefined && now - began > this.#timeoutMs) {
        outcome = { error: this.#timeout(index, this.#timeoutMs) }
      }
      if ('error' in outcome) this.#sink.onError(index, outcome.error)
      else this.#sink.onValue(index, outcome.value)
      const pause = turn(now)
      if (pause === undefined) {
        began = now
      } else {
        await pause
        began = clock()
      }
    }
    this.#finish(worker)
  }

  #isRunning(): boolean {
    return this.#state === 'running'
  }

  #finish(worker: WorkerInfo | undefined): void {
    if (this.#state === 'over') return
    this.#state = 'over'
    this.#sink.onDone({ durationMs: this.#durationMs, worker })
  }

  #call(index: number): Outcome {
    const batch = this.#batch
    try {
      if (!('calls' in batch)) {
        return { value: batch.fn(batch.items[index] as never, (batch.firstIndex + index) as never) }
      }
      const { fn, args } = batch.calls[index] as (typeof batch.calls)[number]
      return { value: fn(...(args as never[])) }
    } catch (error) {
      return { error }
    }
  }

  /** What a promise comes to, within the time limit. */
  async #settled(promise: PromiseLike<unknown>, index: number): Promise<Outcome> {
    const timeoutMs = this.#timeoutMs
    let disarm: (() => void) | undefined
    try {
      if (timeoutMs === undefined) return { value: await promise }
      const late = new Promise<never>((_resolve, reject) => {
        const onTimeout = (): void => reject(this.#timeout(index, timeoutMs))
        disarm = armLimits({ timeoutMs }, onTimeout, reject)
      })
      return { value: await Promise.race([promise, late]) }
    } catch (error) {
      return { error }
    } finally {
      disarm?.()
    }
  }

  #timeout(index: number, timeoutMs: number): TaskTimeoutError {
    const batch = this.#batch
    const fn = 'calls' in batch ? batch.calls[index]?.fn : batch.fn
    return new TaskTimeoutError(fn === undefined ? '(anonymous)' : labelOf(fn), timeoutMs)
  }
}
