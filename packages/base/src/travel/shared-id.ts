import { state } from '../slots.ts'

let next = 0
let prefix: string | undefined

/** An id that no other thread or process has. */
export function newSharedId(): string {
  // Loaded at first need: most programs never need it, and it takes as long as the rest of this package.
  prefix ??= process.getBuiltinModule('node:crypto').randomUUID().slice(0, 18)
  return `${prefix}-${next++}`
}

/**
 * The live object of this thread that carries `id`, or the one that `make` returns: the same id revives to the same
 * object.
 *
 * @param isOpen - false for one that was closed here: then the handle that has arrived gets another. @default all are
 * open
 */
export function reviveShared<T extends object>(id: string, make: () => T, isOpen?: (live: T) => boolean): T {
  const { shared } = state()
  const live = shared.get(id)?.deref() as T | undefined
  if (live !== undefined && (isOpen === undefined || isOpen(live))) return live
  const made = make()
  rememberShared(id, made)
  return made
}

/** Notes that `object` is the one with `id` in this thread. */
export function rememberShared(id: string, object: object): void {
  state().shared.set(id, new WeakRef(object))
  forget().register(object, id)
}

/**
 * What is revived with `id` next is another object.
 *
 * @param object - only if it is this one that carries the id. @default whichever does
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
