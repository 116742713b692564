import { state } from '../slots.ts'

let next = 0
let prefix: string | undefined

/** A globally unique id. */
export function newSharedId(): string {
  // Loaded at first use: most programs never need it, and loading takes as long as the rest of this package.
  prefix ??= process.getBuiltinModule('node:crypto').randomUUID().slice(0, 18)
  return `${prefix}-${next++}`
}

/**
 * The live object with this `id` in this thread, or the object that `make` returns: the same id revives to the same
 * object.
 *
 * @param isOpen - false for an object that was closed here: then the handle revives to a new one. @default all are open
 */
export function reviveShared<T extends object>(id: string, make: () => T, isOpen?: (live: T) => boolean): T {
  const { shared } = state()
  const live = shared.get(id)?.deref() as T | undefined
  if (live !== undefined && (isOpen === undefined || isOpen(live))) return live
  const made = make()
  rememberShared(id, made)
  return made
}

/** Records `object` under `id` in this thread. */
export function rememberShared(id: string, object: object): void {
  state().shared.set(id, new WeakRef(object))
  forget().register(object, id)
}

/**
 * Removes `id`: the next handle with this id revives to a new object.
 *
 * @param object - remove the id only if it belongs to this object. @default any object
 */
export function forgetShared(id: string, object?: object): void {
  const { shared } = state()
  if (object === undefined || shared.get(id)?.deref() === object) shared.delete(id)
}

let registry: FinalizationRegistry<string> | undefined

function forget(): FinalizationRegistry<string> {
  return (registry ??= new FinalizationRegistry(id => {
    const { shared } = state()
    if (shared.get(id)?.deref() === undefined) shared.delete(id)
  }))
}
