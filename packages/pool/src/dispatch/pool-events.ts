import { clock, eventChannel, slot, type WorkerExit } from '@manyhands/base'
import type { QueueItem, Shipment } from './shipment.ts'
import type { WorkerHandle } from './worker-handle.ts'

const queued = eventChannel('pool-queue')
const sent = eventChannel('pool-send')
const begun = eventChannel('pool-begin')
const ended = eventChannel('pool-end')
const workerStarted = eventChannel('worker-start')
const workerExited = eventChannel('worker-exit')

/** Publishes what happens in a pool. Without a subscriber an event costs one check. */
export class PoolEvents {
  readonly #number = ++slot('pool.pools', () => ({ count: 0 })).count

  queued(item: QueueItem): void {
    if (queued.hasSubscribers) queued.publish({ type: 'pool-queue', ...this.#now(), tasks: item.size, name: item.name })
  }

  sent(worker: WorkerHandle, shipment: Shipment): void {
    if (!sent.hasSubscribers) return
    sent.publish({ type: 'pool-send', ...this.#of(worker, shipment), tasks: shipment.size, name: shipment.name })
  }

  begun(worker: WorkerHandle, shipment: Shipment): void {
    if (begun.hasSubscribers) begun.publish({ type: 'pool-begin', ...this.#of(worker, shipment) })
  }

  ended(worker: WorkerHandle, shipment: Shipment): void {
    if (!ended.hasSubscribers) return
    const { size, durationMs, bytes } = shipment
    ended.publish({ type: 'pool-end', ...this.#of(worker, shipment), tasks: size, durationMs, bytes })
  }

  started({ info }: WorkerHandle): void {
    if (workerStarted.hasSubscribers) workerStarted.publish({ type: 'worker-start', ...this.#now(), worker: info })
  }

  exited({ info }: WorkerHandle, exit: WorkerExit): void {
    if (workerExited.hasSubscribers) workerExited.publish({ type: 'worker-exit', ...this.#now(), worker: info, exit })
  }

  #now(): { readonly pool: number; readonly time: number } {
    return { pool: this.#number, time: clock() }
  }

  #of({ info }: WorkerHandle, { id }: Shipment) {
    return { ...this.#now(), worker: info, message: id }
  }
}
