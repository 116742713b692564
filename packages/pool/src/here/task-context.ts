import { InvalidStateError, markOwn } from '@manyhands/base'
import { poolOrigin } from '../entry-url.ts'
import { type TaskContext, workerState } from './worker-state.ts'

export type { TaskContext } from './worker-state.ts'

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

markOwn(taskContext, () => poolOrigin('taskContext'))
