import { GRACE_MS } from '@manyhands/base'
import type { Shipment } from './shipment.ts'
import type { WorkerHandle } from './worker-handle.ts'

/**
 * Ends a shipment whose tasks were failed by an abort.
 *
 * Its worker is asked first, so that a task that asked for its context can end itself. Then it depends on what else the worker holds: it is ended where that
 * costs no task of anybody else, and where it would, nothing new is sent to it, and it is ended once the others are done.
 *
 * @param graceMs - for the task that runs
 */
export function endShipment(worker: WorkerHandle, shipment: Shipment, graceMs: number): void {
  shipment.aborted = true
  clearTimeout(shipment.timer)
  if (graceMs <= 0 && worker.mayEndFor(shipment)) return worker.terminate()
  worker.requestAbort(shipment)
  shipment.timer = setTimeout(() => force(worker, shipment), Math.max(graceMs, 0))
}

function force(worker: WorkerHandle, shipment: Shipment): void {
  if (!worker.inFlight.includes(shipment)) return
  if (worker.mayEndFor(shipment)) return worker.terminate()
  // One that only waits behind another in its worker is given back as soon as the worker looks.
  if (worker.overlaps) worker.retire()
  shipment.timer = setTimeout(() => force(worker, shipment), GRACE_MS)
}
