import { queueMicrotask, QueueFullError } from '@manyhands/base'
import type { Backlog } from './backlog.ts'
import type { Staff } from './staff.ts'

export interface AdmissionOptions {
  /** Tasks that may wait; Infinity: any number. */
  readonly maxQueue: number
  readonly concurrency: number
  /** The queue was full, and half of it is free now. */
  readonly onDrain: () => void
}

/** How much may wait. A task that would be sent at once does not wait. */
export class Admission {
  readonly #options: AdmissionOptions
  readonly #backlog: Backlog
  readonly #staff: Staff
  /** The queue was full, and is not half empty yet. */
  needsDrain = false
  /** They fill half of the queue, and leave the rest to others. */
  readonly #patient = new Set<() => void>()

  constructor(options: AdmissionOptions, backlog: Backlog, staff: Staff) {
    this.#options = options
    this.#backlog = backlog
    this.#staff = staff
  }

  get isLimited(): boolean {
    return this.#options.maxQueue !== Infinity
  }

  /** @throws QueueFullError when there is no room for one more task */
  assertRoom(): void {
    const { maxQueue } = this.#options
    const { tasks } = this.#backlog
    const waiting = tasks - this.#freeSlots()
    if (waiting + 1 < maxQueue) return
    this.needsDrain = true
    if (waiting < maxQueue) return
    throw new QueueFullError(
      `the queue is full: ${tasks} tasks wait for ${this.#staff.maxWorkers} workers (maxQueue: ${maxQueue}). ` +
        "Submit it again later, after `await once(executor, 'drain')`",
    )
  }

  /** @param onRoom - called when there is room, if there is none now */
  hasRoomFor(onRoom: () => void): boolean {
    const { maxQueue } = this.#options
    if (maxQueue === Infinity || this.#backlog.tasks - this.#freeSlots() < Math.max(1, maxQueue / 2)) return true
    this.#patient.add(onRoom)
    return false
  }

  /** To be called when fewer may be waiting. */
  noteRoom(): void {
    if (!this.isLimited || this.#backlog.tasks > this.#options.maxQueue / 2) return
    for (const onRoom of this.#patient) {
      this.#patient.delete(onRoom)
      queueMicrotask(onRoom)
    }
    if (!this.needsDrain) return
    this.needsDrain = false
    queueMicrotask(this.#options.onDrain)
  }

  /** Tasks that would be sent at once. */
  #freeSlots(): number {
    let slots = Math.max(0, this.#staff.maxWorkers - this.#staff.size)
    for (const worker of this.#staff) {
      if (worker.initializing) slots++
      else if (worker.open) slots += Math.max(0, this.#options.concurrency - worker.unanswered)
    }
    return slots
  }
}
