import { describeValue } from './options.ts'
import { isThenable } from './thenable.ts'

/** The opened iterator of an input, async or sync. */
export type OpenInput<T> = { readonly async: AsyncIterator<T> } | { readonly sync: Iterator<T> }

/**
 * Opens the iterator of an input; prefers the async one where the input has both.
 *
 * @param where - name of the function that takes the input, for the error
 * @param what - the expected items, for the error
 * @throws TypeError when the input is not iterable, or returns something that is not an iterator
 */
export function openInput<T>(where: string, what: string, input: unknown): OpenInput<T> {
  if (input !== undefined && input !== null) {
    const { [Symbol.asyncIterator]: openAsync, [Symbol.iterator]: open } = input as Partial<
      AsyncIterable<T> & Iterable<T>
    >
    if (typeof openAsync === 'function') return { async: checkIterator(where, 'asyncIterator', openAsync.call(input)) }
    if (typeof open === 'function') return { sync: checkIterator(where, 'iterator', open.call(input)) }
  }
  throw new TypeError(`${where} takes an iterable or async iterable of ${what}, got ${describeValue(input)}`)
}

function checkIterator<I extends { readonly next: unknown }>(where: string, method: string, iterator: I): I {
  const given: unknown = iterator
  if (
    ((typeof given === 'object' && given !== null) || typeof given === 'function') &&
    typeof (given as I).next === 'function'
  ) {
    return iterator
  }
  throw new TypeError(
    `${where}: [Symbol.${method}]() of the input must return an iterator, got ${describeValue(given)}`,
  )
}

/**
 * Reads the result of `next()` once: its `done` and `value` may be getters.
 *
 * @returns undefined at the end of the input
 * @throws TypeError when `step` is not an iterator result; and whatever its getters throw
 */
export function readStep<T>(step: unknown): { readonly value: T } | undefined {
  if (typeof step !== 'object' || step === null) {
    throw new TypeError(`next() of the input must return an object { done, value }, got ${describeValue(step)}`)
  }
  const { done } = step as { readonly done?: unknown }
  if (done) return undefined
  if (isThenable(step)) {
    throw new TypeError('next() of the input returned a promise: an async input needs [Symbol.asyncIterator]')
  }
  return { value: (step as { readonly value: T }).value }
}
