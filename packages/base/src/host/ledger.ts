import { slot } from '../slots.ts'

/**
 * The most mappings that the ledger of one thread can record. If a thread with more mappings is terminated, the excess
 * stays mapped until the process ends.
 */
const ENTRIES = 2048
const FREE = 0

interface LedgerState {
  ledger: Float64Array | undefined
  /** Entries below this index were used before; `free` lists the unused ones among them. */
  used: number
  free: number[]
}

const state = (): LedgerState => slot('core.ledger', () => ({ ledger: undefined, used: 0, free: [] }))

/**
 * The mappings of a thread, as alternating addresses and lengths, for its starter: a terminated thread runs no more
 * code, so it cannot unmap them itself.
 */
export function newLedger(): Float64Array {
  return new Float64Array(new SharedArrayBuffer(ENTRIES * 2 * Float64Array.BYTES_PER_ELEMENT))
}

/** In the thread: records its mappings in `ledger` from now on. */
export function adoptLedger(ledger: Float64Array): void {
  state().ledger = ledger
}

/** @returns the index of the entry; undefined when there is no ledger, or no room */
export function enter(address: number, byteLength: number): number | undefined {
  const { ledger, free } = state()
  if (ledger === undefined) return undefined
  const entry = free.pop() ?? state().used++
  if (entry >= ENTRIES) return undefined
  ledger[entry * 2 + 1] = byteLength
  ledger[entry * 2] = address
  return entry
}

export function strike(entry: number | undefined): void {
  const { ledger, free } = state()
  if (entry === undefined || ledger === undefined) return
  ledger[entry * 2] = FREE
  free.push(entry)
}

/** For the starter of the thread, after the thread exited. */
export function* entries(ledger: Float64Array): Generator<{ readonly address: number; readonly byteLength: number }> {
  for (let i = 0; i < ENTRIES; i++) {
    const [address = FREE, byteLength = 0] = ledger.subarray(i * 2, i * 2 + 2)
    if (address !== FREE) yield { address, byteLength }
  }
}
