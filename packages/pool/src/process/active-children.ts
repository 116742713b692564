import { slot } from '@manyhands/base'
import type { ChildHandle } from './child-handle.ts'
import type { Child } from './child.ts'

const children = (): Set<Child> => slot('pool.activeChildren', () => new Set<Child>())

/** Lists `child` until it is gone, and then calls `after`. */
export function listChild(child: Child, handle: ChildHandle, after: () => void): void {
  children().add(child)
  handle.onGone = () => {
    children().delete(child)
    after()
  }
}

/**
 * The processes and threads that were started here, as Process and Thread, and have not ended. Workers of executors are
 * not among them.
 */
export function activeChildren(): Child[] {
  return [...children()]
}
