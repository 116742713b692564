// What parties can be asked to do.
import { Region } from '../../src/index.ts'
import type { Across } from '../../src/index.ts'

const kept: unknown[] = []

export function add(region: Region, times: number): number {
  const words = new Int32Array(region.buffer)
  for (let i = 0; i < times; i++) Atomics.add(words, 0, 1)
  return Atomics.load(words, 0)
}

export function readByte(region: Region, index: number): number | undefined {
  return new Uint8Array(region.buffer)[index]
}

/** Makes a region and lets go of it at once: only the handle that travels holds it. */
export function makeRegion(byteLength: number, across: Across, first: number): Region {
  const region = Region.create(byteLength, { across })
  new Uint8Array(region.buffer)[0] = first
  return region
}

export function collectGarbage(): void {
  ;(globalThis as { gc?: () => void }).gc?.()
}

export function keep(...values: unknown[]): void {
  kept.push(...values)
}

export function sameAsKept(region: Region): boolean {
  return kept.includes(region)
}

export function returnKept(): unknown {
  return kept.at(-1)
}

export function openDescriptors(): number {
  return process.getBuiltinModule('node:fs').readdirSync('/proc/self/fd').length
}

export function publish(name: string): void {
  Region.create(8, { across: 'processes' }).publish(name)
}

export function addToPublished(name: string, amount: number): void {
  Atomics.add(new Int32Array(Region.open(name).buffer), 0, amount)
}

export function unpublish(name: string): boolean {
  return Region.unpublish(name)
}

export function exit(): void {
  setImmediate(() => process.exit(0))
}
