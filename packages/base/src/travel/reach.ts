import type { Across } from './replace-revive.ts'

/**
 * What can be shared with the receiving workers of a message. Code checks the property that it needs, never the name.
 */
export interface Reach {
  /** A SharedArrayBuffer arrives as the same memory, and buffers can be transferred. */
  readonly sharesBuffers: boolean
  /** The handle of a mapped region opens the same memory. */
  readonly sharesRegions: boolean
}

const reaches: Readonly<Record<Across, Reach>> = {
  threads: { sharesBuffers: true, sharesRegions: true },
  processes: { sharesBuffers: false, sharesRegions: true },
}

/** The reach of an `across` value. */
export function reachOf(across: Across): Reach {
  return reaches[across]
}

/** The allowed values of an option `across`, for its error: `'threads' or 'processes'`. */
export const acrossNames: string = Object.keys(reaches)
  .map(name => `'${name}'`)
  .join(' or ')

/** True for an allowed value of an option `across`. */
export function isAcross(value: unknown): value is Across {
  return typeof value === 'string' && Object.hasOwn(reaches, value)
}
