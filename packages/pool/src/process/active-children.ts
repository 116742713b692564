import { markOwn } from '@manyhands/base'
import { poolOrigin } from '../entry-url.ts'
import { children } from './child-list.ts'
import type { Child } from './child.ts'

/**
 * The processes and threads that were started here, as Process and Thread, and have not ended. Workers of executors are
 * not among them.
 */
export function activeChildren(): Child[] {
  return [...children()] as Child[]
}

markOwn(activeChildren, () => poolOrigin('activeChildren'))
