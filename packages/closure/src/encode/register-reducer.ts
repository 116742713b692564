import { checkFunction } from '@manyhands/base'
import { type Reducer, reducers } from '../protocol/reducers.ts'

/**
 * Says how instances of a class that is not yours travel (for your own, give it `[replace]()` and
 * `static [revive](state)`).
 *
 * Subclasses travel by the same reducer unless they have one of their own.
 *
 * @throws TypeError when `type` is no class, or `replace` or `revive` no function
 */
export function registerReducer<T extends object, S>(
  type: abstract new (...args: never[]) => T,
  reducer: Reducer<T, S>,
): void {
  checkFunction('type', type)
  checkFunction('replace', reducer.replace)
  checkFunction('revive', reducer.revive)
  reducers().set(type.prototype as object, reducer as unknown as Reducer)
}
