import type { Across } from '@manyhands/core'
import { PlainWalk } from './plain.ts'

/** Not plain data: it has to be packed. */
export const SPECIAL = Symbol('special')

/**
 * Plain data as it travels on a channel: `[value]`. Undefined when it shares an object with `message`, whose objects it joins otherwise.
 */
export function encodePlain(value: unknown, message: Set<object>, across: Across): readonly [unknown] | undefined | typeof SPECIAL {
  if (typeof value !== 'object' || value === null) return SPECIAL
  let repeated = false
  // Met before in this walk: a cycle, or one object in two places. Otherwise it belongs to an earlier value of the message.
  const walk = new PlainWalk({ seen: message, across, mayMeet: (met, own) => own.hasAdded(met) || ((repeated = true), false) })
  if (walk.isPlain(value)) return [value]
  walk.undo()
  return repeated ? undefined : SPECIAL
}
