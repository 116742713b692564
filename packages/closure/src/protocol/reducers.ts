import { slot } from '@manyhands/base'

/** How instances of a class travel; see `registerReducer`. */
export interface Reducer<T = unknown, S = unknown> {
  /** Returns the state that travels instead of the instance. */
  readonly replace: (instance: T) => S
  /** Makes an instance from that state, on the other side. It travels there by value: capture nothing that cannot. */
  readonly revive: (state: S) => T
}

/** The reducers of this thread, by prototype. */
export function reducers(): WeakMap<object, Reducer> {
  return slot('closure.reducers', () => new WeakMap<object, Reducer>())
}

/** The reducer of an instance: that of its class, or of the nearest class above it. */
export function reducerOf(instance: object): { readonly reducer: Reducer; readonly prototype: object } | undefined {
  const known = reducers()
  for (
    let prototype = Object.getPrototypeOf(instance) as object | null;
    prototype !== null;
    prototype = Object.getPrototypeOf(prototype) as object | null
  ) {
    const reducer = known.get(prototype)
    if (reducer !== undefined) return { reducer, prototype }
  }
  return undefined
}
