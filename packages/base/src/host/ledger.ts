import { slot } from '../slots.ts'

/**
 * Mappings of one thread that can be told. Of a thread that has more some stay mapped, if it is terminated, until the
 * process ends.
 */
const ENTRIES = 2048
const FREE = 0

interface LedgerState {
  ledger: Float64Array | undefined
  /** Entries below were used; of these the free ones. */
  used: number
  free: number[]
}

const state = (): LedgerState => slot('core.ledger', () => ({ ledger: undefined, used: 0, free: [] }))

/**
 * What a thread has mapped, address and length in turn, for whoever started it: a thread that is terminated runs
 * nothing more, and its mappings would stay.
 */
export function newLedger(): Float64Array {
  return new Float64Array(new SharedArrayBuffer(ENTRIES * 2 * Float64Array.BYTES_PER_ELEMENT))
}

/** In the thread: what it maps from now on is entered. */
export function adoptLedger(ledger: Float64Array): void {
  state().ledger = ledger
}

/** @returns the entry; undefined when there is no ledger, or no room */
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

/** For whoever started the thread, once it is gone. */
export function* entries(ledger: Float64Array): Generator<{ readonly address: number; readonly byteLength: number }> {
  for (let i = 0; i < ENTRIES; i++) {
    const [address = FREE, byteLength = 0] = ledger.subarray(i * 2, i * 2 + 2)
    if (address !== FREE) yield { address, byteLength }
  }
}
