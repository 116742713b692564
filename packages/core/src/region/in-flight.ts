import { slot } from '@manyhands/base'
import { ARRIVED, type Mapping, PACKED } from './mapping.ts'

/**
 * How often it is looked whether handles have arrived. Shorter: memory is free earlier; longer: less work.
 */
const CHECK_MS = 250
/**
 * How long a handle may be on its way. Longer: memory named by a message that never arrives is held for longer;
 * shorter: a receiver that is busy for as long finds the memory gone.
 */
const LOST_AFTER_MS = 600_000

/** Until when, by `performance.now()`, each is held. */
const held = (): Map<Mapping, number> => slot('core.inFlight', () => new Map<Mapping, number>())
let timer: NodeJS.Timeout | undefined

/**
 * Holds `mapping` until a handle that was made just now has arrived: the receiver opens the file through our
 * descriptor, and the sender may drop the object at once.
 *
 * The words count the handles that were packed and those that arrived. A message may be received more than once, by
 * several workers: so each new handle waits for one arrival more than there has been.
 */
export function holdInFlight(mapping: Mapping): void {
  const { trailer } = mapping
  for (;;) {
    const packed = Atomics.load(trailer, PACKED)
    const next = (isBehind(packed, Atomics.load(trailer, ARRIVED)) ? Atomics.load(trailer, ARRIVED) : packed) + 1
    if (Atomics.compareExchange(trailer, PACKED, packed, next) === packed) break
  }
  held().set(mapping, performance.now() + LOST_AFTER_MS)
  timer ??= setInterval(check, CHECK_MS).unref()
}

/** A handle has arrived here. */
export function noteArrival({ trailer }: Mapping): void {
  Atomics.add(trailer, ARRIVED, 1)
}

/** It is about to be closed. */
export function stopHolding(mapping: Mapping): void {
  held().delete(mapping)
}

function check(): void {
  const now = performance.now()
  for (const [mapping, until] of held()) {
    if (now >= until || !isBehind(Atomics.load(mapping.trailer, ARRIVED), Atomics.load(mapping.trailer, PACKED))) {
      held().delete(mapping)
    }
  }
  if (held().size > 0) return
  clearInterval(timer)
  timer = undefined
}

/** For counters that wrap around. */
function isBehind(a: number, b: number): boolean {
  return ((a - b) | 0) < 0
}
