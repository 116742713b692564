import { newSharedId, rememberShared } from '@manyhands/base'

const ids = new WeakMap<object, string>()

/** The same for the same object, also for one that came from elsewhere. */
export function idOfWeak(weak: object, id: string = newSharedId()): string {
  let known = ids.get(weak)
  if (known === undefined) {
    ids.set(weak, (known = id))
    rememberShared(known, weak)
  }
  return known
}
