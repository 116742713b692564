import { ownExports } from '../own-exports.ts'
import { adoptLedger, entries, newLedger } from '../region/ledger.ts'
import { adoptGates, closeGate, dropGate, newGates, trackGate } from '../region/native-gate.ts'
import type { NativeGate } from '../region/native-gate.ts'
import type { reclaim as Reclaim } from './reclaim.ts'
import { adoptThreadTable, markThreadExited, markThreadStarted, threadTable } from './threads.ts'

/** What a thread and whoever starts it share, so that nothing is left when it is terminated. It goes to the thread as part of its `workerData`. */
export interface ThreadShare {
  /** The threads of this process that have exited. */
  readonly table: Int32Array
  /** What the thread has mapped. */
  readonly ledger: Float64Array
  /** Closed before the thread is terminated: its own first, then those of the threads above it. */
  readonly gates: readonly NativeGate[]
}

/** Before a thread is started. */
export function newThreadShare(): ThreadShare {
  return { table: threadTable(), ledger: newLedger(), gates: newGates() }
}

/** In the thread, before anything else. */
export function adoptThreadShare({ table, ledger, gates }: ThreadShare): void {
  adoptThreadTable(table)
  adoptLedger(ledger)
  adoptGates(gates)
}

/** The thread was started. */
export function noteThreadStart(threadId: number, { gates: [gate] }: ThreadShare): void {
  markThreadStarted(threadId)
  if (gate !== undefined) trackGate(gate)
}

/** Calls `terminate` as soon as the thread is not inside of a native call: at once, or after some milliseconds. A thread that is terminated in there ends the program by SIGABRT. */
export function endThread({ gates: [gate] }: ThreadShare, terminate: () => void): void {
  if (gate === undefined) terminate()
  else closeGate(gate, terminate)
}

/** The thread is gone: what it held can be taken over, and what it has mapped is given back. */
export function noteThreadExit(threadId: number, { ledger, gates: [gate] }: ThreadShare): void {
  markThreadExited(threadId)
  if (gate !== undefined) dropGate(gate)
  const mapped = [...entries(ledger)]
  if (mapped.length === 0) return
  // It may be that only the thread has loaded what maps memory.
  const reclaim = ownExports().get('reclaim') as typeof Reclaim | undefined
  if (reclaim !== undefined) reclaim(threadId, mapped)
  else void import('../primitives.ts').then(loaded => loaded.reclaim(threadId, mapped))
}
