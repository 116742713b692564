import { findInModules, isGlobalFunction } from '../modules/builtins.ts'
import { moduleScope } from '../modules/exports.ts'
import { isNativeText, textOf } from '../text/function-text.ts'
import { nameOf } from '../text/name-of.ts'
import type { Encoder } from './encoder.ts'
import { isSentAsText, type PrivateClass, privateClass } from './private-fields.ts'
import { MAKE_IT_THERE } from './refusal.ts'

/**
 * Refuses an object whose class cannot be made again around its properties: one of Node or of the language, or one with
 * private members that is imported there. Its prototypes may be classes of the program, and at the end what the kind of
 * object has by nature (`standard`).
 *
 * @returns those of its classes that have private members, the one furthest up first
 */
export function checkClass(
  encoder: Encoder,
  value: object,
  first: object,
  standard: object,
  index: number,
): readonly PrivateClass[] {
  let withPrivates: PrivateClass[] | undefined
  for (
    let prototype: object | null = first;
    prototype !== null && prototype !== Object.prototype && prototype !== standard;
    prototype = Object.getPrototypeOf(prototype) as object | null
  ) {
    const type: unknown = Object.getOwnPropertyDescriptor(prototype, 'constructor')?.value
    if (typeof type !== 'function') continue
    if (standard === Error.prototype && isErrorOfNode(encoder, type)) break
    // Errors of the old style are plain objects whose class inherits from Error.
    if (standard === Object.prototype && prototype === standardErrorPrototype(prototype)) break
    const module = isNativeText(textOf(type)) || isGlobalFunction(type, nameOf(type)) ? '' : moduleOfNode(encoder, type)
    if (module !== undefined) {
      const name = module === '' ? nameOf(type) : `${module}.${nameOf(type)}`
      const own = classNameOf(value)
      encoder.refuse(
        index,
        `it is a ${own === nameOf(type) ? name : `${own} (a subclass of ${name})`} and cannot be sent to a worker`,
        MAKE_IT_THERE,
      )
    }
    const found = privateClass(encoder, type)
    if (found === undefined) continue
    if (!isSentAsText(encoder, type)) refusePrivate(encoder, found, index)
    ;(withPrivates ??= []).unshift(found)
  }
  return withPrivates ?? none
}

const none: readonly PrivateClass[] = []

/** Errors of Node travel although their classes are not known here: they are data with a name and a code. */
function isErrorOfNode(encoder: Encoder, type: object): boolean {
  return (
    isGlobalFunction(type, nameOf(type)) ||
    findInModules(type, nameOf(type)) !== undefined ||
    moduleOfNode(encoder, type) !== undefined
  )
}

/**
 * The prototype that an error has on the other side: its own, or for internal classes of Node that of the public class
 * above.
 */
export function errorPrototype(encoder: Encoder, error: Error): object | null {
  let prototype = Object.getPrototypeOf(error) as object | null
  for (; prototype !== null; prototype = Object.getPrototypeOf(prototype) as object | null) {
    // An accessor in Node.
    const type: unknown = Object.hasOwn(prototype, 'constructor') ? prototype.constructor : undefined
    if (typeof type !== 'function') return prototype
    // Node gives its errors with a code the constructor of the class that they are meant to be.
    if (type.prototype !== prototype) {
      return isGlobalFunction(type, nameOf(type)) ? (type.prototype as object) : prototype
    }
    if (
      isGlobalFunction(type, nameOf(type)) ||
      findInModules(type, nameOf(type)) !== undefined ||
      moduleOfNode(encoder, type) === undefined
    ) {
      return prototype
    }
  }
  return null
}

/** The first prototype of an error, from `prototype` upwards, that the language itself has. */
export function standardErrorPrototype(prototype: object): object {
  for (let at: object | null = prototype; at !== null; at = Object.getPrototypeOf(at) as object | null) {
    const type: unknown = Object.getOwnPropertyDescriptor(at, 'constructor')?.value
    if (typeof type === 'function' && isGlobalFunction(type, nameOf(type)) && isNativeText(textOf(type))) {
      if (type === Error || Error.isPrototypeOf(type)) return at
    }
  }
  return Error.prototype
}

function refusePrivate(encoder: Encoder, { type, declared }: PrivateClass, index: number): never {
  const [member] = [...declared.fields, ...declared.methods, ...declared.accessors]
  encoder.refuse(
    index,
    `it is an instance of class ${nameOf(type)}, which has the private member ${member} and is imported by workers; ` +
      'private state cannot be set from outside',
    privateCure(encoder.cureOf(index)),
  )
}

function privateCure(cure: string | undefined): string {
  const hooks =
    "give the class [Symbol.for('manyhands.replace')]() and static [Symbol.for('manyhands.revive')](state), " +
    'or build the object inside of the function'
  return cure === undefined ? hooks : `${cure}; or ${hooks}`
}

/** Asking the inspector takes its time. */
const modules = new WeakMap<object, string | null>()

/** The module of Node that a class belongs to, '' for an internal one; undefined for classes of the program. */
function moduleOfNode(encoder: Encoder, type: object): string | undefined {
  let module = modules.get(type)
  if (module === undefined) modules.set(type, (module = findModule(encoder, type) ?? null))
  return module ?? undefined
}

function findModule(encoder: Encoder, type: object): string | undefined {
  const exported = findInModules(type, nameOf(type))
  if (exported !== undefined) return exported.module
  const facts = encoder.reader.facts(type)
  if (facts === undefined || moduleScope(facts) !== undefined) return undefined
  const url = encoder.reader.url(facts)
  return url.startsWith('node:') ? (url.includes('internal') ? '' : url.slice(5)) : undefined
}

export function classNameOf(value: object): string {
  const type: unknown = (value as { readonly constructor?: unknown }).constructor
  return typeof type === 'function' && nameOf(type) !== '' ? nameOf(type) : 'object'
}
