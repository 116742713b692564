/**
 * Process-wide state of all copies of manyhands that are loaded in this thread.
 *
 * It is a property under a registered symbol of `globalThis`, so that two copies of a package (a dependency of a
 * dependency) share it.
 */
export interface ManyhandsState {
  /** Shared objects that were revived here, by id; see travel/shared-id.ts. */
  readonly shared: Map<string, WeakRef<object>>
  /** Slots of the other packages, by package name. Each package types and fills its own. */
  readonly slots: Map<string, unknown>
}

const key = Symbol.for('manyhands.v1')

export function state(): ManyhandsState {
  const holder = globalThis as unknown as Record<symbol, ManyhandsState | undefined>
  return (holder[key] ??= { shared: new Map(), slots: new Map() })
}

/** The slot `name` of the process-wide state, made by `create` at first use. */
export function slot<T>(name: string, create: () => T): T {
  const { slots } = state()
  if (!slots.has(name)) slots.set(name, create())
  return slots.get(name) as T
}
