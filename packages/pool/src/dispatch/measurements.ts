import type { Histogram, RecordableHistogram } from 'node:perf_hooks'
import { clock } from '@manyhands/base'
import type { QueueItem, Shipment } from './shipment.ts'
import type { Counts } from './totals.ts'

/** What an executor has measured since it was first asked. Each is a histogram of `node:perf_hooks`. */
export interface Measurements {
  /** Microseconds that the first task of each message waited in the queue. */
  readonly waitUs: Histogram
  /** Microseconds that a task ran, as measured in its worker; of tasks that share a message the mean. */
  readonly runUs: Histogram
  /**
   * Bytes of the buffers that each message and its answer moved. Values that are copied by the channel are not counted.
   */
  readonly bytes: Histogram
}

/** What an executor says of itself. */
export interface ExecutorStats extends Counts, Measurements {
  /** Tasks that wait for a worker. */
  readonly queued: number
}

/**
 * Collects measurements of one pool. There is none until somebody asks: then a message costs some microseconds more.
 */
export class Meter implements Measurements {
  readonly waitUs: RecordableHistogram
  readonly runUs: RecordableHistogram
  readonly bytes: RecordableHistogram
  readonly #queuedAt = new WeakMap<QueueItem, number>()

  constructor() {
    const { createHistogram } = process.getBuiltinModule('node:perf_hooks')
    this.waitUs = createHistogram()
    this.runUs = createHistogram()
    this.bytes = createHistogram()
  }

  queued(item: QueueItem): void {
    this.#queuedAt.set(item, clock())
  }

  sent(first: QueueItem): void {
    const queuedAt = this.#queuedAt.get(first)
    if (queuedAt !== undefined) this.waitUs.record(toCount((clock() - queuedAt) * 1000))
  }

  answered({ size, durationMs, bytes }: Shipment): void {
    if (size > 0) this.runUs.record(toCount((durationMs / size) * 1000))
    if (bytes > 0) this.bytes.record(bytes)
  }
}

/** A histogram takes integers from 1 on. */
function toCount(value: number): number {
  return Math.max(1, Math.round(value))
}
