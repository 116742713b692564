import { FutureResolver, type TaskOptions } from '@manyhands/base'
import type { FunctionRecord } from './function-table.ts'

/** What most tasks do not have. Apart from them, because tiny tasks are bounded by the memory that each takes while it waits. */
class TaskDetails {
  /** With a signal, a time limit or a transfer list the task travels alone. */
  readonly options: TaskOptions | undefined
  /** How many workers exited while they ran it. */
  exits = 0
  /** A message that held it could not be cloned. */
  isolated = false
  /** Ends listening to the signal. */
  release: (() => void) | undefined = undefined

  constructor(options: TaskOptions | undefined) {
    this.options = options
  }
}

/** One submitted call and the future that it settles. */
export class Task extends FutureResolver<unknown> {
  declare readonly label: FunctionRecord
  readonly args: readonly unknown[]
  #details: TaskDetails | undefined

  constructor(fn: FunctionRecord, args: readonly unknown[], options: TaskOptions | undefined) {
    super(fn)
    this.args = args
    this.#details = options === undefined ? undefined : new TaskDetails(options)
  }

  get fn(): FunctionRecord {
    return this.label
  }

  get options(): TaskOptions | undefined {
    return this.#details?.options
  }

  /** Nobody cancelled or aborted it while it was queued. */
  get wanted(): boolean {
    return this.state === 'pending' || this.state === 'running'
  }

  /** It shares a message with no other task. */
  get alone(): boolean {
    return this.#details !== undefined && (this.#details.options !== undefined || this.#details.isolated)
  }

  /** It can be ended on its own, so nothing else may be on its worker. */
  get exclusive(): boolean {
    const options = this.#details?.options
    return options !== undefined && (options.signal !== undefined || options.timeoutMs !== undefined)
  }

  /** From now on it travels alone, because a message that held it could not be cloned. */
  isolate(): void {
    this.#extend().isolated = true
  }

  /** Notes that a worker exited while it ran, and says how often that has happened now. */
  countExit(): number {
    return ++this.#extend().exits
  }

  /** @param release - called once when the task is done, in whatever way */
  onRelease(release: () => void): void {
    this.#extend().release = release
  }

  /** Lets go of the signal. */
  release(): void {
    if (this.#details !== undefined) this.#details.release?.()
  }

  override cancel(error?: unknown): boolean {
    const cancelled = super.cancel(error)
    if (cancelled) this.release()
    return cancelled
  }

  #extend(): TaskDetails {
    return (this.#details ??= new TaskDetails(undefined))
  }
}
