/**
 * Weight of what was known before against a new measurement. Larger: one slow batch (a pause of the garbage collector)
 * matters less; smaller: the first batches, which include the compilation of the function, are forgotten sooner.
 */
const KEEP = 0.7
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
  readonly jobs: number
  /** Milliseconds that a batch should take; 0 for batches of one. */
  readonly targetMs: number
  /** The size of every batch, instead of one that is found by measuring. */
  readonly fixed?: number | undefined
}

/** Functions that are remembered; with more, a sign of generated code, all are forgotten. */
const MOST_KEYS = 1000

interface Measured {
  /** Milliseconds per task. */
  costMs: number
  size: number
}

/**
 * Says how many tasks are sent together.
 *
 * A function that was not measured yet starts with batches of one. What its workers measure moves the size towards
 * batches of `targetMs`. When the length of the input is known, no batch is larger than a `2 * jobs`-th of what is
 * left, so that the last batches get small and the workers end together; but none is made smaller than what is worth a
 * message.
 *
 * Source of the numbers: simulated and real runs of guided self-scheduling; of the moving average: joblib,
 * `AutoBatchingMixin`.
 */
export class BatchPolicy {
  readonly #jobs: number
  readonly #targetMs: number
  readonly #fixed: number | undefined
  readonly #measured = new Map<string, Measured>()

  constructor(options: BatchPolicyOptions) {
    this.#jobs = options.jobs
    this.#targetMs = options.targetMs
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
      Math.min(measured.size, Math.max(Math.ceil(rest / (2 * this.#jobs)), Math.floor(LEAST_MS / measured.costMs))),
    )
  }

  /**
   * Learns from a batch of `tasks` tasks that took `durationMs` where it ran.
   *
   * @param costKeys - of the functions in the batch; each is taken to cost the mean
   */
  record(costKeys: Iterable<string>, tasks: number, durationMs: number): void {
    if (this.#fixed !== undefined || this.#targetMs === 0) return
    const cost = durationMs / tasks
    for (const costKey of costKeys) {
      const before = this.#measured.get(costKey)
      const costMs = before === undefined ? cost : KEEP * before.costMs + (1 - KEEP) * cost
      const ideal = Math.max(1, Math.floor(this.#targetMs / costMs))
      // A batch says nothing on sizes far from its own: one that was sent before the size grew must not make it grow
      // again.
      const size = Math.min(ideal, Math.max(before?.size ?? 1, GROWTH * tasks))
      if (this.#measured.size >= MOST_KEYS) this.#measured.clear()
      this.#measured.set(costKey, { costMs, size })
    }
  }
}
