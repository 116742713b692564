import { FutureResolver } from '@manyhands/core'
import type { TaskOptions } from '@manyhands/core'
import type { FunctionRecord } from './function-table.ts'

/** One submitted call and the future that it settles. */
export class Task extends FutureResolver<unknown> {
  readonly fn: FunctionRecord
  readonly args: readonly unknown[]
  /** Undefined for most tasks. With a signal, a time limit or a transfer list the task travels alone. */
  readonly options: TaskOptions | undefined
  /** How many workers exited while they ran it. */
  exits = 0
  /** A message that held it could not be cloned. */
  isolated = false
  /** Ends listening to the signal. */
  release: (() => void) | undefined = undefined

  constructor(fn: FunctionRecord, args: readonly unknown[], options: TaskOptions | undefined, owner: object) {
    super(fn.name, owner)
    this.fn = fn
    this.args = args
    this.options = options
  }

  override cancel(error?: unknown): boolean {
    const cancelled = super.cancel(error)
    if (cancelled) this.release?.()
    return cancelled
  }

  /** Nobody cancelled or aborted it while it was queued. */
  get wanted(): boolean {
    return this.state === 'pending' || this.state === 'running'
  }

  /** It shares a message with no other task. */
  get alone(): boolean {
    return this.options !== undefined || this.isolated
  }

  /** It can be ended on its own, so nothing else may be on its worker. */
  get exclusive(): boolean {
    return this.options !== undefined && (this.options.signal !== undefined || this.options.timeoutMs !== undefined)
  }
}
