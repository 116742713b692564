import type { Wait, Waiter } from './waiter.ts'

/**
 * An algorithm that may have to wait, in a form that runs blocking, asynchronously and in the model checker: a
 * generator that yields where it has to wait, and is resumed when the word has changed, or from time to time without
 * any change (then it checks for dead owners). It is resumed with true once, when it has to give up; after that it may
 * only wait for short critical sections of other parties.
 *
 * Only the word in memory counts. A thread that changes it also wakes the waiters, but correctness does not depend on
 * that.
 */
export type Steps<T> = Generator<Wait, T, boolean>

/** Runs steps on the words of another primitive, which has this waiter. */
export function* at<T>(waiter: Waiter, steps: Steps<T>): Steps<T> {
  for (let step = steps.next(false); ;) {
    if (step.done === true) return step.value
    step = steps.next(yield { ...step.value, waiter })
  }
}
