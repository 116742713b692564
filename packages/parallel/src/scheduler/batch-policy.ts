import { type BatchStats, updateCost } from '@manyhands/base'

/**
 * A batch is at most this many times as large as one that was measured. Larger: the right size comes sooner; smaller:
 * less harm by a wrong estimate.
 */
const GROWTH = 8
/**
 * Work that is not divided any further at the end of the input. Larger: the workers end at different times; smaller:
 * messages that cost more than they gain.
 */
const LEAST_MS = 0.1
/**
 * Items in a batch at most when the length of the input is unknown: so many are pulled ahead of what an endless input
 * needs.
 */
const MOST_OF_UNKNOWN = 4096

export interface BatchPolicyOptions {
  /** How many tasks run at a time. @default 1 */
  readonly jobs?: number | undefined
  /** Milliseconds that a batch should take; 0 for batches of one. */
  readonly targetMs: number
  /** Bytes that a batch should move at most. @default no limit */
  readonly targetBytes?: number | undefined
  /** The size of every batch, instead of one that is found by measuring. */
  readonly fixed?: number | undefined
}

/** Functions that are remembered; with more, a sign of generated code, all are forgotten. */
const MOST_KEYS = 1000

interface Measured {
  /** Milliseconds per task. */
  costMs: number
  /** Bytes per task, where the backend counts them. */
  bytes: number | undefined
  size: number
}

/**
 * Decides how many tasks are sent together.
 *
 * A function that was not measured yet starts with batches of one. What its workers measure moves the size towards
 * batches of `targetMs`, but of no more than `targetBytes`. When the length of the input is known, no batch is larger
 * than a `2 * jobs`-th of what is left, so that the last batches get small and the workers end together; but none is
 * made smaller than what pays off a message.
 *
 * Source of the numbers: simulated and real runs of guided self-scheduling; of the moving average: see `updateCost`.
 */
export class BatchPolicy {
  /** How many tasks run at a time; may change while the call runs. */
  jobs: number
  readonly #targetMs: number
  readonly #targetBytes: number
  readonly #fixed: number | undefined
  readonly #measured = new Map<string, Measured>()

  constructor(options: BatchPolicyOptions) {
    this.jobs = options.jobs ?? 1
    this.#targetMs = options.targetMs
    this.#targetBytes = options.targetBytes ?? Infinity
    this.#fixed = options.fixed
  }

  /**
   * @param costKey - common to functions of like cost: see `costKeyOf`
   * @param rest - items that are left, where that is known
   * @returns how many tasks with `costKey` may be in the next batch, at least 1
   */
  size(costKey: string, rest: number | undefined): number {
    if (this.#fixed !== undefined) return this.#fixed
    const measured = this.#measured.get(costKey)
    if (measured === undefined) return 1
    if (rest === undefined) return Math.min(measured.size, MOST_OF_UNKNOWN)
    return Math.max(
      1,
      Math.min(measured.size, Math.max(Math.ceil(rest / (2 * this.jobs)), Math.floor(LEAST_MS / measured.costMs))),
    )
  }

  /**
   * Learns from a batch of `tasks` tasks: how long they took where they ran, and how many bytes were moved for them.
   *
   * @param costKeys - of the functions in the batch; each is taken to cost the mean
   */
  record(costKeys: Iterable<string>, tasks: number, stats: Pick<BatchStats, 'durationMs' | 'bytes'>): void {
    if (this.#fixed !== undefined || this.#targetMs === 0) return
    for (const costKey of costKeys) {
      const before = this.#measured.get(costKey)
      const costMs = updateCost(before?.costMs, stats.durationMs / tasks)
      const bytes = stats.bytes === undefined ? before?.bytes : updateCost(before?.bytes, stats.bytes / tasks)
      const most = bytes === undefined ? Infinity : this.#targetBytes / bytes
      const ideal = Math.max(1, Math.floor(Math.min(this.#targetMs / costMs, most)))
      // A measurement holds for sizes near that of its batch: one that was sent before the size grew must not make it
      // grow again.
      const size = Math.min(ideal, Math.max(before?.size ?? 1, GROWTH * tasks))
      if (this.#measured.size >= MOST_KEYS) this.#measured.clear()
      this.#measured.set(costKey, { costMs, bytes, size })
    }
  }
}
