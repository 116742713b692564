import type { Across } from '@manyhands/base'
import { PlainWalk } from './plain.ts'

/** Not plain data: it has to be packed. */
export const SPECIAL = Symbol('special')

/** The only value of a message so far, when its objects were not noted. */
const only = new WeakMap<Set<object>, object>()

/** Notes the objects of a message that were not noted yet. */
function noteAll(message: Set<object>, across: Across): void {
  const value = only.get(message)
  if (value === undefined) return
  only.delete(message)
  new PlainWalk({ seen: message, across }).isPlain(value)
}

/**
 * Plain data as it travels on a channel: `[value]`. Undefined when it shares an object with `message`, whose objects it
 * joins otherwise.
 */
export function encodePlain(
  value: unknown,
  message: Set<object>,
  across: Across,
): readonly [unknown] | undefined | typeof SPECIAL {
  noteAll(message, across)
  if (typeof value !== 'object' || value === null) return SPECIAL
  // Most messages with much data carry one value: there is nothing that it could share.
  if (message.size === 0 && new PlainWalk({ seen: undefined, across }).isPlain(value)) {
    only.set(message, value)
    return [value]
  }
  let repeated = false
  // Met before in this walk: a cycle, or one object in two places. Otherwise it belongs to an earlier value of the
  // message.
  const walk = new PlainWalk({
    seen: message,
    across,
    mayMeet: (met, own) => own.hasAdded(met) || ((repeated = true), false),
  })
  if (walk.isPlain(value)) return [value]
  walk.undo()
  return repeated ? undefined : SPECIAL
}
