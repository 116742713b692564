import type { Across } from './replace-revive.ts'

/** What can be shared with the workers that a message goes to. Code asks for what it needs, never for the name. */
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

/** What `across` allows. */
export function reachOf(across: Across): Reach {
  return reaches[across]
}

/** The values that an option `across` takes, for its error: `'threads' or 'processes'`. */
export const acrossNames: string = Object.keys(reaches)
  .map(name => `'${name}'`)
  .join(' or ')

/** True for a value that an option `across` takes. */
export function isAcross(value: unknown): value is Across {
  return typeof value === 'string' && Object.hasOwn(reaches, value)
}
