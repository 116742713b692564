import { clearTimeout, setImmediate, setTimeout } from '@manyhands/base'
import type { Shipment } from './shipment.ts'
import type { WorkerHandle } from './worker-handle.ts'

/**
 * How often a worker that could not be ended is looked at again. Shorter: an aborted task that does not end holds up
 * less; longer: fewer timers.
 */
const AGAIN_MS = 100

/**
 * Asks a worker to end a shipment whose tasks were failed by an abort; if it still runs after `graceMs`, ends the
 * worker, once that costs no task of anybody else.
 *
 * A task that travels alone is always ended. Any other may run beside tasks that nobody aborted: then its worker lives
 * on, and what the task still answers is dropped.
 */
export function abortShipment(worker: WorkerHandle, shipment: Shipment, graceMs: number): void {
  shipment.aborted = true
  clearTimeout(shipment.timer)
  if (worker.ending || worker.gone) return
  if (graceMs <= 0 && worker.holdsOnlyAborted) return worker.terminate()
  worker.requestAbort(shipment)
  endAfter(worker, shipment, graceMs)
}

function endAfter(worker: WorkerHandle, shipment: Shipment, delayMs: number): void {
  const end = (): void => {
    if (worker.ending || worker.gone || !worker.inFlight.includes(shipment)) return
    if (worker.mayEndFor(shipment)) worker.terminate()
    else endAfter(worker, shipment, AGAIN_MS)
  }
  // Where this thread was busy the answer may be waiting to be received, and timers come first.
  shipment.timer = setTimeout(() => setImmediate(end), delayMs)
}
