/**
 * How an object says for itself what travels to a worker and how it comes back to life there.
 *
 * ```ts
 * class Temperature {
 *   #kelvin: number
 *   constructor(kelvin: number) { this.#kelvin = kelvin }
 *   [replace]() { return this.#kelvin }
 *   static [revive](kelvin: number) { return new Temperature(kelvin) }
 * }
 * ```
 */

/**
 * Method of an instance: returns the state that travels instead of the instance. It is told who will receive it:
 * `'threads'` or `'processes'`. One that cannot travel there throws a SerializationError: its message says what the
 * instance is, its hint what to do. One that does something besides gives what undoes that to its second argument,
 * `onDiscard(undo)`: it is called when the message is not made after all, because another value in it cannot travel.
 */
export const replace: unique symbol = Symbol.for('manyhands.replace') as never

/** Static method of its class: makes an instance from what `[replace]()` returned. */
export const revive: unique symbol = Symbol.for('manyhands.revive') as never

/**
 * Static property of a class of manyhands itself: where a worker finds the class, so that it never travels as source
 * text and is found without asking the inspector. `module` is the URL of the module that exports it as `name`.
 */
export const origin: unique symbol = Symbol.for('manyhands.origin') as never

export interface Origin {
  /** Known to workers that carry their own copy of the class, such as `mh:array`. */
  readonly tag: string
  /** Empty when every worker has a copy of its own. */
  readonly module: string
  readonly name: string
}

/** The tag of what base and core export: each side has its own copy of them, and finds it by its name. */
export const CORE_TAG = 'mh:core'

/** The origin of a class of core. */
export function coreOrigin(name: string): Origin {
  return { tag: CORE_TAG, module: '', name }
}

/** Who can share a primitive or receive a message. */
export type Across = 'threads' | 'processes'
