import { slot } from '@manyhands/base'
import type { ChildHandle } from './child-handle.ts'

/** The processes and threads that were started in this thread and have not ended. */
export const children = (): Set<object> => slot('pool.activeChildren', () => new Set<object>())

/** Lists `child` until it is gone, and then calls `after`. */
export function listChild(child: object, handle: ChildHandle, after: () => void): void {
  children().add(child)
  handle.onGone = () => {
    children().delete(child)
    after()
  }
}
