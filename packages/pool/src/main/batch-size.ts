import { Slice } from './batch.ts'
import type { QueueItem } from './shipment.ts'

/** Work that one message should hold. Larger: less overhead for tiny tasks; smaller: results come sooner, and less is lost with a worker. */
export const BATCH_MS = 2
/** Tasks in one message at most. */
const BATCH_TASKS = 512
/** Items that are expected to take longer than this are not sent ahead: the gap between two of them does not matter, and they stay cancellable. */
const PREFETCH_MS = 5

/** Tasks that one message may hold when `waiting` tasks wait for `workers`: the last ones are spread evenly. */
export function batchLimit(waiting: number, workers: number): number {
  return Math.min(BATCH_TASKS, Math.ceil(waiting / (2 * workers)))
}

/** How many messages may be on their way to the worker that gets `item`: a second one keeps it busy while it answers for the first. */
export function prefetchDepth(item: QueueItem): number {
  const fn = item instanceof Slice ? item.state.record(item.from) : item.fn
  const tasks = item instanceof Slice ? item.to - item.from : 1
  // A task of unknown cost is not put behind others.
  return fn.costMs === undefined || fn.costMs * tasks > PREFETCH_MS ? 1 : 2
}
