import type { Wait, Waiter } from './waiter.ts'

/**
 * An algorithm that may have to wait, in the form in which it runs blocking, asynchronously and in the model checker: a
 * generator that yields where it has to wait, and is resumed when the word has changed, or from time to time without
 * any change (then it looks whether somebody died). It is resumed with true when it has to give up: once, and then it
 * may wait for no longer than others take to answer.
 *
 * The word in memory is the truth. A thread that changes it also wakes the waiters, but nothing depends on that.
 */
export type Steps<T> = Generator<Wait, T, boolean>

/** The same steps, for words of another primitive. */
export function* at<T>(waiter: Waiter, steps: Steps<T>): Steps<T> {
  for (let step = steps.next(false); ;) {
    if (step.done === true) return step.value
    step = steps.next(yield { ...step.value, waiter })
  }
}
