import { clearTimeout, setTimeout, clock } from '@manyhands/base'
import type { WorkerHandle } from './worker-handle.ts'

/**
 * How long tasks may wait behind others on a busy worker while another is idle, before they are called back. Shorter:
 * more traffic for tasks that are nearly done.
 */
const RECALL_AFTER_MS = 5

export interface RecallOptions {
  readonly workers: Iterable<WorkerHandle>
  /** Nothing is queued. */
  readonly isQueueEmpty: () => boolean
  /** Another worker could be started. */
  readonly hasRoom: () => boolean
}

/** Calls tasks back that wait behind others on a busy worker although another worker is idle. */
export class Recall {
  readonly #options: RecallOptions
  #timer: NodeJS.Timeout | undefined

  constructor(options: RecallOptions) {
    this.#options = options
  }

  /** Looks after a while, if there is something to look for. */
  plan(): void {
    if (this.#timer !== undefined || !this.#options.isQueueEmpty() || !this.#isNeeded()) return
    this.#timer = setTimeout(() => {
      this.#timer = undefined
      if (!this.#options.isQueueEmpty()) return
      const before = clock() - RECALL_AFTER_MS
      for (const worker of this.#options.workers) {
        if (!worker.exclusive && worker.unanswered > 1) worker.recall(before)
      }
      this.plan()
    }, RECALL_AFTER_MS)
    this.#timer.unref()
  }

  stop(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
  }

  #isNeeded(): boolean {
    let waiting = false
    let idle = this.#options.hasRoom()
    for (const worker of this.#options.workers) {
      if (worker.load === 0) idle = true
      else if (!worker.exclusive && worker.unanswered > 1 && worker.inFlight.some(shipment => shipment.recallable)) {
        waiting = true
      }
    }
    return waiting && idle
  }
}
