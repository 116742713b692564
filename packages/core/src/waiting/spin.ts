import type { Wait } from './waiter.ts'
import type { Words } from './words.ts'

/**
 * Looks at a word before the system is asked to wait, about 10 us. Larger: hand-overs between two that run are seen
 * sooner, 0.3 us instead of 25; but where processors are scarce, the time is taken from the very thread that is waited
 * for.
 */
const SPINS = 1000
/** Failed spins in a row after which it is tried only now and then. */
const PATIENCE = 8
const PROBE_EVERY = 16

// On Node 22 there is none.
const pause = (Atomics as { pause?: () => void }).pause ?? ((): void => {})
let failures = 0

/** Whether spinning has paid lately. */
export function maySpin(): boolean {
  return failures < PATIENCE || failures++ % PROBE_EVERY === 0
}

export function noteSpin(success: boolean): void {
  failures = success ? 0 : failures + 1
}

/** @returns true when the word has changed */
export function spin(words: Words, { index, expected }: Wait): boolean {
  if (!maySpin()) return false
  for (let i = 0; i < SPINS; i++) {
    if (words.load(index) !== expected) {
      noteSpin(true)
      return true
    }
    pause()
  }
  noteSpin(false)
  return false
}

/** Tries again while it may be worth it. */
export function spinUntil(attempt: () => boolean): boolean {
  if (!maySpin()) return false
  for (let i = 0; i < SPINS; i++) {
    if (attempt()) {
      noteSpin(true)
      return true
    }
    pause()
  }
  noteSpin(false)
  return false
}
