import { type WorkerExit, WorkerExitedError, clearTimeout } from '@manyhands/base'
import type { QueueItem } from './shipment.ts'
import type { WorkerHandle } from './worker-handle.ts'

/**
 * A task that has taken this many workers with it is the culprit: with `onWorkerExit: 'retry'`, and where a worker went
 * when it received the task.
 */
const EXITS_PER_TASK = 3

/**
 * Settles what was in flight on a worker that is gone: tasks that may have begun fail, or are queued again when `retry`
 * asks for it; tasks that have certainly not begun are queued again. But one that is too large to be received, say,
 * ends each worker before it begins: such a one fails in the end. What moved to the worker is gone with it: its task
 * fails.
 *
 * @returns the items to put back at the front of the queue
 */
export function settleLost(worker: WorkerHandle, exit: WorkerExit, cause: unknown, retry: boolean): QueueItem[] {
  const again: QueueItem[] = []
  let unexplained = worker.ready && !worker.ending
  for (const shipment of worker.inFlight) {
    clearTimeout(shipment.timer)
    if (shipment.aborted) continue
    const begun = worker.begunTasks(shipment)
    const ends = shipment.moved ? shipment.size : begun
    for (let i = 0; i < ends; i++) {
      if (shipment.isAnswered(i)) continue
      if (retry && !shipment.moved && shipment.countExit(i) < EXITS_PER_TASK) {
        again.push(...shipment.one(i))
        continue
      }
      const { name: taskName } = shipment.record(i)
      shipment.error(i, new WorkerExitedError(exit, { taskName, maybeRan: i < begun, cause }))
    }
    if (shipment.moved) continue
    unexplained &&= begun === 0
    if (unexplained && shipment.countExit(0) >= EXITS_PER_TASK) {
      shipment.error(0, new WorkerExitedError(exit, { taskName: shipment.record(0).name, maybeRan: false, cause }))
      again.push(...shipment.rest(1))
    } else {
      again.push(...shipment.rest(begun))
    }
    unexplained = false
  }
  return again
}
