import { isThenable } from './thenable.ts'
import { warnOf } from './warn-of.ts'

/**
 * For the result of a function whose result is used at once, where an async function is a mistake.
 *
 * @param what - names the function: `predicate`
 * @returns `result`. Where it is a promise, its rejection becomes a process warning
 * @throws TypeError when it is a promise
 */
export function checkSync<T>(what: string, result: T, hint: string): T {
  if (!isThenable(result)) return result
  result.then(undefined, warnOf)
  throw new TypeError(`${what} must not be async, it returned a promise: ${hint}`)
}
