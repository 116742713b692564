import { InvalidStateError } from '@manyhands/base'
import { workerState } from './current-worker.ts'

/** What a task can know of itself while it runs. */
export interface TaskContext {
  /** Aborted when the task is: for async tasks. */
  readonly signal: AbortSignal
  /**
   * True once the task is aborted: for loops that poll. It is one read of a shared word; where memory cannot be shared
   * with a process it changes there only when the task lets the event loop turn.
   */
  readonly aborted: boolean
}

/** The side of the runner. */
export interface TaskContextSource {
  context(): TaskContext | undefined
}

/**
 * The context of the task that is running. A task that asks for it has 100 ms to end itself when it is aborted or runs
 * out of time; one that does not is ended together with its worker at once. An async task must ask before its first
 * `await`.
 *
 * @throws InvalidStateError outside of a task of a thread or process executor
 */
export function taskContext(): TaskContext {
  const context = workerState()?.tasks.context()
  if (context === undefined) {
    throw new InvalidStateError('taskContext() can be called only in a task, before its first await')
  }
  return context
}
