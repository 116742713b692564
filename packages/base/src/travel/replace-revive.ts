/**
 * Lets a class define what travels to a worker in place of an instance, and how the worker revives it.
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
 * Method of an instance: returns the state that travels instead of the instance. Its first argument is the kind of the
 * receiver: `'threads'` or `'processes'`. If the instance cannot travel there, the method throws a SerializationError:
 * the message describes the instance, the hint what to do. If the method has side effects, it passes a function that
 * undoes them to its second argument, `onDiscard(undo)`: `undo` is called when the message is not built after all,
 * because another value in it cannot travel.
 */
export const replace: unique symbol = Symbol.for('manyhands.replace') as never

/** Static method of the class: makes an instance from the value that `[replace]()` returned. */
export const revive: unique symbol = Symbol.for('manyhands.revive') as never

/**
 * Static property of a class of manyhands itself: where a worker finds the class, so that it never travels as source
 * text and is found without the inspector. `module` is the URL of the module that exports it as `name`.
 */
export const origin: unique symbol = Symbol.for('manyhands.origin') as never

/** The tag of what closure exports. */
export const CLOSURE_TAG = 'mh:closure'

export interface Origin {
  /** Names the class for workers that have their own copy of it, such as `mh:array`. */
  readonly tag: string
  /** Empty when every worker has its own copy. */
  readonly module: string
  readonly name: string
  /** In a bundle, for what its workers have no copy of: a part that exports it, see {@link loadPart}. */
  readonly part?: { readonly name: string; readonly text: () => string } | undefined
}

/** The tag of the exports of base and core: each side has its own copy, and finds a class by its name. */
export const CORE_TAG = 'mh:core'

/** The origin of a class of core. */
export function coreOrigin(name: string): Origin {
  return { tag: CORE_TAG, module: '', name }
}

/** Which kind of workers can share a primitive or receive a message. */
export type Across = 'threads' | 'processes'

/** Gives a function of manyhands itself what its classes have as a static property. */
export function markOwn(fn: object, makeOrigin: () => Origin): void {
  Object.defineProperty(fn, origin, { get: makeOrigin })
}
