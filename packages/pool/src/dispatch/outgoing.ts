import { noteOffers, receiverGone } from '@manyhands/base'
import { BatchEncoder } from './batch-encoder.ts'
import { batchLimit } from './batch-size.ts'
import type { Shipment } from './shipment.ts'
import type { TaskQueue } from './task-queue.ts'
import type { WorkerCodec } from './worker-codec.ts'

/** A message that is ready to go. */
export interface Outgoing {
  readonly shipment: Shipment
  readonly encoder: BatchEncoder
  /** Connections that it holds, which its worker may not claim before it ends. */
  readonly offered: readonly string[] | undefined
}

/**
 * Takes the first item out of the queue and packs it, together with what can share its message. Everything about the
 * message is decided from the tasks that are in it, after those that cannot be sent have left.
 *
 * @param workers - among which the queue is divided
 * @returns undefined when nothing of the first item can be sent: then it was failed
 */
export function loadFirst(queue: TaskQueue, codec: WorkerCodec, workers: number): Outgoing | undefined {
  const waiting = queue.length
  const item = queue.front()
  if (item === undefined) return undefined
  queue.shift()
  const encoder = new BatchEncoder(codec.codec)
  const { made: shipment, offered } = noteOffers(() =>
    item.load({ encoder, queue, limit: costMs => batchLimit(waiting, workers, costMs) }),
  )
  if (shipment !== undefined) return { shipment, encoder, offered }
  if (offered !== undefined) receiverGone(offered)
  return undefined
}
