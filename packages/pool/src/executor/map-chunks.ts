import type { AnyTaskFunction, BatchSink } from '@manyhands/base'
import { BatchState, Slice } from '../dispatch/batch.ts'
import type { FunctionRecord } from '../dispatch/function-table.ts'
import type { QueueItem } from '../dispatch/shipment.ts'
import { Task } from '../dispatch/task.ts'

/** The arguments of one call of a map. */
export type Arguments = readonly unknown[]

/** Receives the outcome of each call of a map once, by its position in the input. */
export interface ChunkSink {
  /** Nothing that was not sent yet is to be sent any more. */
  readonly cancelled: boolean
  onValue(index: number, value: unknown): void
  onError(index: number, error: unknown): void
}

/** What a map asks of its executor. */
export interface ChunkExecutor {
  /**
   * Submits calls that are to be sent together.
   *
   * @param first - the position of the first of them
   * @throws ShutdownError, BrokenPoolError when the executor takes no more
   */
  submitChunk(fn: AnyTaskFunction, chunk: readonly Arguments[], first: number, sink: ChunkSink): void
  /** To be called when a sink was cancelled of which something may still wait. */
  noteCancelled(): void
  /** False when as many tasks wait as a map may let wait: then `onRoom` is called when there are fewer. */
  hasRoomFor(onRoom: () => void): boolean
}

/**
 * A chunk of one call: a task as those of `submit`, which share a message when they take next to nothing. Nobody has
 * its future.
 *
 * That it is cancelled it asks its map: a list of those that are not done takes more time than running them.
 */
export class ItemTask extends Task {
  readonly #index: number
  readonly #sink: ChunkSink

  constructor(fn: FunctionRecord, args: Arguments, index: number, sink: ChunkSink) {
    super(fn, args, undefined)
    this.#index = index
    this.#sink = sink
    this.seen = true
  }

  override get wanted(): boolean {
    return super.wanted && !(this.#sink.cancelled && this.state === 'pending')
  }

  override resolve(value: unknown): void {
    super.resolve(value)
    this.#sink.onValue(this.#index, value)
  }

  override reject(error: unknown): void {
    super.reject(error)
    this.#sink.onError(this.#index, error)
  }

  override cancel(error?: unknown): boolean {
    const { done } = this
    const cancelled = super.cancel(error)
    if (cancelled && !done) this.#sink.onError(this.#index, this.failure?.error)
    return cancelled
  }
}

/** A chunk of several calls; one of which a part was sent already runs to its end. */
class ChunkSlice extends Slice {
  readonly #sink: ChunkSink

  constructor(state: BatchState, sink: ChunkSink) {
    super(state, 0, state.size)
    this.#sink = sink
  }

  override get wanted(): boolean {
    return super.wanted && !this.#sink.cancelled
  }
}

/** @param first - the position of its first call */
export function chunkOf(
  record: FunctionRecord,
  fn: AnyTaskFunction,
  chunk: readonly Arguments[],
  first: number,
  sink: ChunkSink,
): QueueItem {
  const shifted: BatchSink = {
    onValue: (index, value) => sink.onValue(first + index, value),
    onError: (index, error) => sink.onError(first + index, error),
    onDone: () => {},
  }
  return new ChunkSlice(new BatchState({ calls: chunk.map(args => ({ fn, args })) }, [record], shifted, {}), sink)
}
