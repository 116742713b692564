import type { Backlog } from './backlog.ts'
import type { QueueItem } from './shipment.ts'
import type { TaskQueue } from './task-queue.ts'
import type { WorkerHandle } from './worker-handle.ts'

/** What serving lines asks of the pool. */
interface Serving {
  /** The item may be sent to a worker that is busy. */
  mayJoin(worker: WorkerHandle, item: QueueItem): boolean
  send(worker: WorkerHandle, item: QueueItem, queue: TaskQueue): void
}

/** Sends what waits for one worker only. Where others wait as well, it and they take turns. */
export function serveLines(workers: Iterable<WorkerHandle>, backlog: Backlog, { mayJoin, send }: Serving): void {
  for (const worker of workers) {
    const { line } = worker
    worker.isKept = false
    if (line === undefined) continue
    for (let item = line.front(); item !== undefined; item = line.front()) {
      const isTheirTurn = worker.servedLine && backlog.queue.front() !== undefined
      worker.servedLine = false
      if (isTheirTurn || !worker.open) break
      if (worker.load > 0 && !mayJoin(worker, item)) {
        worker.isKept = item.exclusive
        break
      }
      worker.servedLine = true
      send(worker, item, line)
    }
  }
}
