import { ownExports } from '../own-exports.ts'
import { adoptLedger, entries, newLedger } from '../region/ledger.ts'
import type { reclaim as Reclaim } from './reclaim.ts'
import { adoptThreadTable, markThreadExited, markThreadStarted, threadTable } from './threads.ts'

/** What a thread and whoever starts it share, so that nothing is left when it is terminated. It goes to the thread as part of its `workerData`. */
export interface ThreadShare {
  /** The threads of this process that have exited. */
  readonly table: Int32Array
  /** What the thread has mapped. */
  readonly ledger: Float64Array
}

/** Before a thread is started. */
export function newThreadShare(): ThreadShare {
  return { table: threadTable(), ledger: newLedger() }
}

/** In the thread, before anything else. */
export function adoptThreadShare({ table, ledger }: ThreadShare): void {
  adoptThreadTable(table)
  adoptLedger(ledger)
}

/** The thread was started. */
export function noteThreadStart(threadId: number): void {
  markThreadStarted(threadId)
}

/** The thread is gone: what it held can be taken over, and what it has mapped is given back. */
export function noteThreadExit(threadId: number, { ledger }: ThreadShare): void {
  markThreadExited(threadId)
  const mapped = [...entries(ledger)]
  if (mapped.length === 0) return
  // It may be that only the thread has loaded what maps memory.
  const reclaim = ownExports().get('reclaim') as typeof Reclaim | undefined
  if (reclaim !== undefined) reclaim(threadId, mapped)
  else void import('../primitives.ts').then(loaded => loaded.reclaim(threadId, mapped))
}
