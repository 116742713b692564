import { setTaskInfo, updateCost, type WorkerInfo } from '@manyhands/base'
import type { ToMainMessage } from '../protocol/messages.ts'
import { FIRST_SEGMENT, readSegment, SEGMENT_LENGTH } from '../protocol/segment.ts'
import { placeStack } from './place-stack.ts'
import type { Shipment } from './shipment.ts'
import type { WorkerCodec } from './worker-codec.ts'

/** The worker whose answers they are. */
export interface Answering {
  readonly info: WorkerInfo
  find(id: number): Shipment | undefined
  /** It has answered for some tasks of the shipment. */
  onAnswered(shipment: Shipment): void
  /** Nothing is in the decoding any more. */
  onDecoded(): void
}

/** What a worker answers: decodes it, and gives each task its outcome. */
export class Answers {
  readonly #codec: WorkerCodec
  readonly #worker: Answering
  #decoding = 0
  /** Tasks that were answered for. */
  tasks = 0
  /** Those of them that failed. */
  failed = 0
  /** Milliseconds that they took. */
  busyMs = 0

  constructor(codec: WorkerCodec, worker: Answering) {
    this.#codec = codec
    this.#worker = worker
  }

  /** Some of what came is still in the decoding. */
  get pending(): boolean {
    return this.#decoding > 0
  }

  /** @param message - a REPLY */
  receive(message: ToMainMessage): void {
    for (let at = FIRST_SEGMENT; at < message.length; at += SEGMENT_LENGTH) this.#segment(message, at)
  }

  /** Decodes a value, which may have to wait for an import. */
  decode(encoded: unknown, receive: (value: unknown, damaged: boolean) => void): void {
    this.#decoding++
    this.#codec.decode(encoded, (value, damaged) => {
      this.#decoding--
      receive(value, damaged)
      if (this.#decoding === 0) this.#worker.onDecoded()
    })
  }

  #segment(message: ToMainMessage, at: number): void {
    const { batchId, start, count, durationMs, payload, failures } = readSegment(message, at)
    const shipment = this.#worker.find(batchId)
    if (shipment === undefined) return
    if (ArrayBuffer.isView(payload)) shipment.bytes += payload.byteLength
    this.tasks += count
    this.busyMs += durationMs
    if (failures !== undefined) this.failed += failures.length / 2
    this.#measure(shipment, start, count, durationMs)
    let failure = 0
    for (let k = 0; k < count; k++) {
      const index = start + k
      if (failures !== undefined && failures[failure] === k) {
        this.#settle(shipment, index, failures[failure + 1], true)
        failure += 2
        continue
      }
      const value = payload[k]
      if (typeof value === 'object' && value !== null) this.#settle(shipment, index, value, false)
      else shipment.value(index, value)
    }
    shipment.answered(start, count)
    this.#worker.onAnswered(shipment)
  }

  #settle(shipment: Shipment, index: number, encoded: unknown, failed: boolean): void {
    this.decode(encoded, (outcome, damaged) => {
      if (!failed && !damaged) return shipment.value(index, outcome)
      const record = shipment.record(index)
      setTaskInfo(outcome, {
        remoteStack: placeStack(outcome, record),
        get taskName() {
          return record.name
        },
        worker: this.#worker.info,
      })
      shipment.error(index, outcome)
    })
  }

  #measure(shipment: Shipment, start: number, count: number, durationMs: number): void {
    shipment.spent(durationMs, this.#worker.info)
    const fn = shipment.record(start)
    if (count > 1 && shipment.record(start + count - 1) !== fn) return // whose time it was is not known
    // Tasks of an unknown cost are sent one by one, to workers that are idle: there is no need to call them back.
    if (shipment.moved) return void (fn.costMs = undefined)
    fn.costMs = updateCost(fn.costMs, durationMs / count)
  }
}
