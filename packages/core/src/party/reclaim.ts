import type { MappedMemory } from '@manyhands/base'
import { PARTIES, TRAILER_BYTES } from '../region/mapping.ts'
import { findMemoryProvider } from '../region/provider.ts'
import { SharedWords } from '../waiting/words.ts'
import { systemLiveness } from './liveness.ts'
import { PartyTable } from './party-table.ts'

/** Unmaps the memory of an exited thread, and marks the thread as dead in its primitives. */
export function reclaimMappings(threadId: number, mapped: Iterable<MappedMemory>): void {
  const provider = findMemoryProvider()
  if (provider === undefined) return
  for (const { address, byteLength } of mapped) {
    // Other processes cannot see our thread table: mark the thread as dead in the party table, which they read.
    const buffer = provider.view(address, byteLength)
    const parties = new Int32Array(buffer, byteLength - TRAILER_BYTES)[PARTIES] ?? 0
    if (parties > 0) new PartyTable(new SharedWords(buffer), parties / 8, systemLiveness()).markThreadDead(threadId)
    buffer.transfer()
    provider.unmap(address, byteLength)
  }
}
