import { type Affinity, type CallSite, FutureResolver, receiverGone, type TaskOptions } from '@manyhands/base'
import { BATCH_MS } from './batch-size.ts'
import type { FunctionRecord } from './function-table.ts'
import { asSendError } from './send-error.ts'
import { type Abortable, type Loading, type QueueItem, Shipment } from './shipment.ts'
import type { TaskCount } from './task-count.ts'

/**
 * What most tasks do not have. Apart from them, because tiny tasks are bounded by the memory that each takes while it
 * waits.
 */
class TaskDetails {
  /** With a signal, a time limit or a transfer list the task travels alone. */
  readonly options: TaskOptions | undefined
  /** How many workers exited while they ran it. */
  exits = 0
  /** A message that held it could not be cloned. */
  isolated = false
  /** Where it waits. A task without details waits in the queue for all workers while it is pending. */
  queue: TaskCount | undefined
  /** Ends listening to the signal. */
  release: (() => void) | undefined = undefined
  /** Where it was submitted; undefined for one of many, and when it is done. */
  callSite: CallSite | undefined

  constructor(options: TaskOptions | undefined, callSite: CallSite | undefined) {
    this.options = options
    this.callSite = callSite
  }
}

const noArgs: readonly unknown[] = []

/** One submitted call and the future that it settles. */
export class Task extends FutureResolver<unknown> implements QueueItem, Abortable {
  declare readonly label: FunctionRecord
  /** Let go of when it is done: its future may be kept for long. */
  args: readonly unknown[]
  #details: TaskDetails | undefined

  constructor(fn: FunctionRecord, args: readonly unknown[], options: TaskOptions | undefined, callSite?: CallSite) {
    super(fn)
    this.args = args
    this.#details = options === undefined && callSite === undefined ? undefined : new TaskDetails(options, callSite)
  }

  get fn(): FunctionRecord {
    return this.label
  }

  get options(): TaskOptions | undefined {
    return this.#details?.options
  }

  get size(): number {
    return 1
  }

  get costMs(): number | undefined {
    return this.fn.costMs
  }

  /** Nobody cancelled or aborted it while it was queued. */
  get wanted(): boolean {
    return this.state === 'pending' || this.state === 'running'
  }

  get priority(): number {
    return this.#details === undefined ? 0 : (this.#details.options?.priority ?? 0)
  }

  get affinity(): Affinity | undefined {
    return this.options?.affinity
  }

  /** It shares a message with no other task. */
  get alone(): boolean {
    if (this.#details === undefined) return false
    const { isolated, options } = this.#details
    return isolated || options?.transfer !== undefined || this.exclusive
  }

  get exclusive(): boolean {
    if (this.#details === undefined) return false
    const { options } = this.#details
    return options !== undefined && (options.signal !== undefined || options.timeoutMs !== undefined)
  }

  get timeoutMs(): number | undefined {
    return this.options?.timeoutMs
  }

  /**
   * Packs it, and tasks that follow it while they are worth `BATCH_MS` together. One whose arguments cannot travel is
   * failed and left out.
   */
  load({ encoder, queue, limit }: Loading): Shipment | undefined {
    try {
      encoder.add(this.fn, this.args)
    } catch (error) {
      // What comes next may need another worker and another message: that is decided anew.
      this.#failToSend(error)
      return undefined
    }
    const tasks: Task[] = [this.#sent()]
    if (this.alone || this.costMs === undefined) return new TaskShipment(tasks)
    const most = limit(this.costMs)
    let estimateMs = this.costMs
    for (let next = queue.front(); next instanceof Task && tasks.length < most; next = queue.front()) {
      if (next.alone || next.costMs === undefined || estimateMs + next.costMs > BATCH_MS) break
      try {
        if (!encoder.add(next.fn, next.args)) break
      } catch (error) {
        queue.take(next)
        next.#failToSend(error)
        continue
      }
      queue.take(next)
      tasks.push(next.#sent())
      estimateMs += next.costMs
    }
    return new TaskShipment(tasks)
  }

  /** Nobody comes for the connections that its function captures. */
  #failToSend(error: unknown): void {
    if (this.fn.offered !== undefined) receiverGone(this.fn.offered)
    this.fail(() => asSendError(this.name, error))
  }

  fail(error: () => unknown): void {
    if (this.done) return
    const callSite = this.#details?.callSite
    this.release()
    const failure = error()
    callSite?.addTo(failure)
    this.reject(failure)
  }

  override cancel(error?: unknown): boolean {
    if (this.state !== 'pending') return super.cancel()
    super.cancel(typeof error === 'function' ? error() : error)
    this.release()
    this.#drop()
    return true
  }

  abort(error: unknown): void {
    if (this.done) return
    this.#details?.callSite?.addTo(error)
    if (this.cancel(error)) return
    this.release()
    this.reject(error)
    this.#drop() // it may have come back from a worker
  }

  onQueued(queue: TaskCount): void {
    if (this.#details !== undefined) this.#details.queue = queue
  }

  onTaken(): void {
    if (this.#details !== undefined) this.#details.queue = undefined
  }

  /** From now on it travels alone, because a message that held it could not be cloned. */
  isolate(): void {
    this.#extend().isolated = true
  }

  /** Notes that a worker exited while it ran, and returns how often that has happened now. */
  countExit(): number {
    return ++this.#extend().exits
  }

  /** @param release - called once when the task is done, in whatever way */
  onRelease(release: () => void): void {
    this.#extend().release = release
  }

  /** Lets go of what is needed only until it is done. */
  release(): void {
    this.args = noArgs
    if (this.#details === undefined) return
    this.#details.callSite = undefined
    this.#details.release?.()
  }

  /** It is not wanted any more: if it waits in a queue, that counts one less. */
  #drop(): void {
    const details = this.#details
    if (details === undefined) return this.fn.noteDropped(1, undefined)
    const { queue } = details
    if (queue === undefined) return
    details.queue = undefined
    this.fn.noteDropped(1, queue)
  }

  #sent(): this {
    if (this.state === 'pending') this.start()
    return this
  }

  #extend(): TaskDetails {
    return (this.#details ??= new TaskDetails(undefined, undefined)) // it was taken out of the queue
  }
}

class TaskShipment extends Shipment {
  readonly #tasks: readonly Task[]
  override readonly exclusive: boolean
  override readonly timeoutMs: number | undefined
  override readonly transfer: readonly unknown[] | undefined

  constructor(tasks: readonly [Task, ...Task[]] | readonly Task[]) {
    super(tasks.length)
    this.#tasks = tasks
    const [first] = tasks
    this.exclusive = first?.exclusive ?? false
    this.timeoutMs = first?.timeoutMs
    this.transfer = first?.options?.transfer
  }

  override get reportsBegin(): boolean {
    return this.timeoutMs !== undefined
  }

  /** Only a task that travels alone is aborted. */
  override get owner(): Abortable {
    return this.#at(0)
  }

  override value(index: number, value: unknown): void {
    const task = this.#at(index)
    if (task.state !== 'running') return // it was failed by an abort
    task.release()
    task.resolve(value)
  }

  override error(index: number, error: unknown): void {
    this.#at(index).fail(() => error)
  }

  override record(index: number): FunctionRecord {
    return this.#at(index).fn
  }

  override singly(): QueueItem[] {
    for (const task of this.#tasks) task.isolate()
    return super.singly()
  }

  protected override between(from: number, to: number): QueueItem[] {
    return this.#tasks.slice(from, to).filter(task => !task.done)
  }

  override countExit(index: number): number {
    return this.#at(index).countExit()
  }

  #at(index: number): Task {
    return this.#tasks[index] as Task
  }
}
