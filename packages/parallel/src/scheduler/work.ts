import type { Batch } from '@manyhands/base'
import { checkTask, type Task } from '../task.ts'

/** How items of the input become batches. */
export interface Work<T> {
  /** What one item is called in messages. */
  readonly what: string
  /** The function of all items, where it is one and the same. */
  readonly fn: object | undefined
  /**
   * The function that runs for `item`.
   *
   * @throws TypeError when the item is not what it should be
   */
  fnOf(item: T, position: number): object
  batch(items: readonly T[], first: number): Batch
}

/** Delayed calls. They are sent as they are. */
export const delayedCalls: Work<Task<unknown>> = {
  what: 'tasks: delayed(fn)(...args)',
  fn: undefined,
  fnOf(task, position) {
    checkTask(task, position)
    return task.fn
  },
  batch: calls => ({ calls }),
}

/** Items that one function is mapped over. */
export function mappedItems(fn: (item: never, index: number) => unknown): Work<unknown> {
  return {
    what: 'items',
    fn,
    fnOf: () => fn,
    batch: (items, firstIndex) => ({ fn, items, firstIndex }),
  }
}
