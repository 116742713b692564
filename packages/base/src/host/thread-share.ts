import { adoptLedger, entries, newLedger } from './ledger.ts'
import { adoptThreadTable, markThreadExited, markThreadStarted, threadTable } from './thread-table.ts'

/** What a thread shares with the thread that starts it, so that nothing is left when it is terminated. It is part of the thread's `workerData`. */
export interface ThreadShare {
  /** The threads of this process that have exited. */
  readonly table: Int32Array
  /** What the thread has mapped. */
  readonly ledger: Float64Array
}

/** Memory that a thread has mapped. */
export interface MappedMemory {
  readonly address: number
  readonly byteLength: number
}

/**
 * Static method of `Region`: unmaps the memory of a thread that is gone, and marks the thread as dead in the primitives that this memory holds. It hangs on
 * the class because the package that starts threads loads the primitives only when memory was mapped.
 */
export const reclaim: unique symbol = Symbol.for('manyhands.reclaim') as never

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

/**
 * The thread is gone: what it held can be taken over.
 *
 * @returns what it left mapped, for `Region[reclaim]`
 */
export function noteThreadExit(threadId: number, { ledger }: ThreadShare): readonly MappedMemory[] {
  markThreadExited(threadId)
  return [...entries(ledger)]
}
