import * as types from 'node:util/types'
import { reviveShared } from '@manyhands/base'
import { idOfWeak, isOwnWeak } from '../protocol/weak-ids.ts'

type Weak = WeakMap<object, unknown> | WeakSet<object>

/** The table with this id: one that is here already, its own or from an earlier message, or a new one. */
export function reviveWeak(type: 'map' | 'set', id: string): Weak {
  const weak = reviveShared<Weak>(id, () => (type === 'map' ? new WeakMap<object, unknown>() : new WeakSet<object>()))
  idOfWeak(weak, id)
  return weak
}

/**
 * Adds what a message brings; to a table that was made here only entries of objects that are new here.
 *
 * @param entries - keys and values in turn
 */
export function addEntries(weak: Weak, entries: readonly unknown[]): void {
  const isOwn = isOwnWeak(weak)
  for (let i = 0; i < entries.length; i += 2) {
    const key = entries[i] as object
    if (isOwn && weak.has(key)) continue
    if (types.isWeakSet(weak)) WeakSet.prototype.add.call(weak, key)
    else WeakMap.prototype.set.call(weak, key, entries[i + 1])
  }
}
