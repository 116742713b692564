import { newSharedId, rememberShared } from '@manyhands/base'

const ids = new WeakMap<object, string>()
/** Tables that this thread has made itself. */
const own = new WeakSet<object>()

/** The same for the same object, also for one that came from elsewhere. */
export function idOfWeak(weak: object, given?: string): string {
  const known = ids.get(weak)
  if (known !== undefined) return known
  const id = given ?? newSharedId()
  if (given === undefined) own.add(weak)
  ids.set(weak, id)
  rememberShared(id, weak)
  return id
}

export function isOwnWeak(weak: object): boolean {
  return own.has(weak)
}
