import { adoptLedger, entries, newLedger } from './ledger.ts'
import { adoptGates, closeGate, dropGate, type NativeGate, newGates, trackGate } from './native-gate.ts'
import { adoptThreadTable, markThreadExited, markThreadStarted, threadTable } from './thread-table.ts'

/**
 * What a thread shares with the thread that starts it, so that nothing leaks when it is terminated. It is part of the
 * thread's `workerData`.
 */
export interface ThreadShare {
  /** The threads of this process that have exited. */
  readonly table: Int32Array
  /** The mappings of the thread. */
  readonly ledger: Float64Array
  /** Closed before the thread is terminated: its own gate first, then the gates of its ancestors. */
  readonly gates: readonly NativeGate[]
}

/** Memory that a thread has mapped. */
export interface MappedMemory {
  readonly address: number
  readonly byteLength: number
}

/**
 * Static method of `Region`: unmaps the memory of an exited thread, and marks the thread as dead in the primitives in
 * that memory. It is a method of the class because the package that starts threads loads the primitives only when
 * memory was mapped.
 */
export const reclaim: unique symbol = Symbol.for('manyhands.reclaim') as never

/** Called before a thread is started. */
export function newThreadShare(): ThreadShare {
  return { table: threadTable(), ledger: newLedger(), gates: newGates() }
}

/** Called in the thread, before anything else. */
export function adoptThreadShare({ table, ledger, gates }: ThreadShare): void {
  adoptThreadTable(table)
  adoptLedger(ledger)
  adoptGates(gates)
}

/** Called after the thread was started. */
export function noteThreadStart(threadId: number, { gates: [gate] }: ThreadShare): void {
  markThreadStarted(threadId)
  if (gate !== undefined) trackGate(gate)
}

/**
 * Calls `terminate` as soon as the thread is not inside of a native call: immediately, or after some milliseconds.
 * Terminating a thread inside of one would kill the program by SIGABRT.
 */
export function endThread({ gates: [gate] }: ThreadShare, terminate: () => void): void {
  if (gate === undefined) terminate()
  else closeGate(gate, terminate)
}

/**
 * Called after the thread exited: its locks can be taken over.
 *
 * @returns the memory that it left mapped, for `Region[reclaim]`
 */
export function noteThreadExit(threadId: number, { ledger, gates: [gate] }: ThreadShare): readonly MappedMemory[] {
  markThreadExited(threadId)
  if (gate !== undefined) dropGate(gate)
  return [...entries(ledger)]
}
