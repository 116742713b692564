import { slot, clearInterval, setInterval, clock } from '@manyhands/base'
import { ARRIVED, type Mapping, PACKED } from './mapping.ts'

/** Milliseconds between two checks for arrived handles. Shorter: memory is freed earlier; longer: less work. */
const CHECK_MS = 250
/**
 * How long a handle may be in transit. Longer: memory referred to by a message that never arrives is held longer;
 * shorter: a receiver that is busy for that long finds the memory gone.
 */
const LOST_AFTER_MS = 600_000

/** The held mappings, each with its deadline by `clock()`. */
const held = (): Map<Mapping, number> => slot('core.inFlight', () => new Map<Mapping, number>())
let timer: NodeJS.Timeout | undefined

/**
 * Holds `mapping` until a handle that was just created has arrived: the receiver opens the file through our descriptor,
 * and the sender may drop the object immediately.
 *
 * The words count the packed handles and the arrivals. A message may be received more than once, by several workers, so
 * each new handle waits for one more arrival than there have been so far.
 */
export function holdInFlight(mapping: Mapping): void {
  const { trailer } = mapping
  for (;;) {
    const packed = Atomics.load(trailer, PACKED)
    const next = (isBehind(packed, Atomics.load(trailer, ARRIVED)) ? Atomics.load(trailer, ARRIVED) : packed) + 1
    if (Atomics.compareExchange(trailer, PACKED, packed, next) === packed) break
  }
  held().set(mapping, clock() + LOST_AFTER_MS)
  timer ??= setInterval(check, CHECK_MS).unref()
}

/** Records that a handle has arrived here. */
export function noteArrival({ trailer }: Mapping): void {
  Atomics.add(trailer, ARRIVED, 1)
}

/** Stops holding `mapping`, which is about to be closed. */
export function stopHolding(mapping: Mapping): void {
  held().delete(mapping)
}

function check(): void {
  const now = clock()
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
