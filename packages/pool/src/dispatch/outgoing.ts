import { noteOffers, receiverGone } from '@manyhands/base'
import { BatchEncoder } from './batch-encoder.ts'
import { batchLimit } from './batch-size.ts'
import type { QueueItem, Shipment } from './shipment.ts'
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
 * Takes `item`, which is a front of the queue, out of it and packs it, together with what can share its message.
 * Everything about the message is decided from the tasks that are in it, after those that cannot be sent have left.
 *
 * @param workers - among which the queue is divided
 * @param most - tasks that the worker may still be given
 * @returns undefined when nothing of the item can be sent: then it was failed
 */
export function load(
  item: QueueItem,
  queue: TaskQueue,
  codec: WorkerCodec,
  workers: number,
  most: number,
): Outgoing | undefined {
  const waiting = queue.tasks
  queue.take(item)
  const encoder = new BatchEncoder(codec.codec)
  const { made: shipment, offered } = noteOffers(() =>
    item.load({ encoder, queue, limit: costMs => Math.min(most, batchLimit(waiting, workers, costMs)), most }),
  )
  if (shipment !== undefined) return { shipment, encoder, offered }
  if (offered !== undefined) receiverGone(offered)
  return undefined
}
