import { state } from '../slots.ts'

let next = 0
let prefix: string | undefined

/** An id that no other thread or process has. */
export function newSharedId(): string {
  // Loaded at first need: most programs never need it, and it takes as long as the rest of this package.
  prefix ??= process.getBuiltinModule('node:crypto').randomUUID().slice(0, 18)
  return `${prefix}-${next++}`
}

/** The live object of this thread that carries `id`, or the one that `make` returns: the same id revives to the same object. */
export function reviveShared<T extends object>(id: string, make: () => T): T {
  const { shared } = state()
  const live = shared.get(id)?.deref()
  if (live !== undefined) return live as T
  const made = make()
  rememberShared(id, made)
  return made
}

/** Notes that `object` is the one with `id` in this thread. */
export function rememberShared(id: string, object: object): void {
  state().shared.set(id, new WeakRef(object))
  forget().register(object, id)
}

/** The next that is revived with `id` is another object. */
export function forgetShared(id: string): void {
  state().shared.delete(id)
}

let registry: FinalizationRegistry<string> | undefined

function forget(): FinalizationRegistry<string> {
  return (registry ??= new FinalizationRegistry(id => {
    const { shared } = state()
    if (shared.get(id)?.deref() === undefined) shared.delete(id)
  }))
}
