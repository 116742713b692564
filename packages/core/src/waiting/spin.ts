import { pause, SpinBudget } from './spin-budget.ts'
import type { Wait } from './waiter.ts'
import type { Words } from './words.ts'

/**
 * Checks of a word before sleeping, about 10 us. Larger: hand-overs between two running threads take 0.3 us instead of
 * 25 more often; but where processors are scarce, the time is taken from the very thread that is waited for.
 */
const SPINS = 1000
const budget = new SpinBudget(8, 16)

/** @returns true when the word has changed */
export function spin(words: Words, { index, expected }: Wait): boolean {
  return spinUntil(() => words.load(index) !== expected)
}

/** Repeats `attempt` for a moment, if spinning has paid off lately. @returns true when an attempt returned true */
export function spinUntil(attempt: () => boolean): boolean {
  if (!budget.mayTry()) return false
  for (let i = 0; i < SPINS; i++) {
    if (attempt()) return budget.note(true)
    pause()
  }
  return budget.note(false)
}
