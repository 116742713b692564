import { adoptLedger, entries, newLedger } from '../region/ledger.ts'
import { PARTIES, TRAILER_BYTES } from '../region/mapping.ts'
import { findMemoryProvider } from '../region/provider.ts'
import { SharedWords } from '../waiting/words.ts'
import { systemLiveness } from './liveness.ts'
import { PartyTable } from './party-table.ts'
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
  const provider = findMemoryProviderIfUsed(ledger)
  if (provider === undefined) return
  for (const { address, byteLength } of entries(ledger)) {
    // In other processes nobody sees our table of threads: it is written down where they look.
    const buffer = provider.view(address, byteLength)
    const parties = new Int32Array(buffer, byteLength - TRAILER_BYTES)[PARTIES] ?? 0
    if (parties > 0) new PartyTable(new SharedWords(buffer), parties / 8, systemLiveness()).markThreadDead(threadId)
    buffer.transfer()
    provider.unmap(address, byteLength)
  }
}

function findMemoryProviderIfUsed(ledger: Float64Array): ReturnType<typeof findMemoryProvider> {
  return entries(ledger).next().done === true ? undefined : findMemoryProvider()
}
