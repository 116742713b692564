/**
 * Work that one message should hold. Larger: less overhead for tiny tasks; smaller: results come sooner, and less is
 * lost with a worker.
 */
export const BATCH_MS = 2
/** Tasks in one message at most. More: less overhead for the tiniest tasks; fewer: their results come sooner. */
const BATCH_TASKS = 2048
/**
 * Work that is not divided any further at the end of the queue: a message costs more than what another worker would
 * save.
 */
const LEAST_MS = 0.1
/**
 * Items that are expected to take longer than this are not sent ahead: the gap between two of them does not matter, and
 * they stay cancellable.
 */
const PREFETCH_MS = 5

/**
 * Tasks that one message may hold when `waiting` tasks wait for `workers`: the last ones are spread evenly.
 *
 * @param costMs - of the first of them; undefined when it is not known
 */
export function batchLimit(waiting: number, workers: number, costMs: number | undefined): number {
  const even = Math.ceil(waiting / (2 * workers))
  const least = costMs === undefined ? 1 : LEAST_MS / costMs
  return Math.min(BATCH_TASKS, Math.max(even, least))
}

/**
 * How many messages may be on their way to the worker that gets an item: a second one keeps it busy while it answers
 * for the first.
 *
 * @param costMs - of the item, or of what the worker runs; undefined when it is not known: then nothing is put behind
 *   others
 */
export function prefetchDepth(costMs: number | undefined): number {
  return costMs === undefined || costMs > PREFETCH_MS ? 1 : 2
}
