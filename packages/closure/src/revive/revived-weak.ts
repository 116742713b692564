import * as types from 'node:util/types'
import { reviveShared } from '@manyhands/base'
import { idOfWeak } from '../protocol/weak-ids.ts'

type Weak = WeakMap<object, unknown> | WeakSet<object>

/** The table with this id: one that is here already, its own or from an earlier message, or a new one. */
export function reviveWeak(type: 'map' | 'set', id: string): Weak {
  const weak = reviveShared<Weak>(id, () => (type === 'map' ? new WeakMap<object, unknown>() : new WeakSet<object>()))
  idOfWeak(weak, id)
  return weak
}

/** @param entries - keys and values in turn */
export function addEntries(weak: Weak, entries: readonly unknown[]): void {
  for (let i = 0; i < entries.length; i += 2) {
    if (types.isWeakSet(weak)) WeakSet.prototype.add.call(weak, entries[i] as object)
    else WeakMap.prototype.set.call(weak, entries[i] as object, entries[i + 1])
  }
}
