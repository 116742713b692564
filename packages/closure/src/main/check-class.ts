import { findInModules, isGlobalFunction } from './builtins.ts'
import type { Encoder } from './encoder.ts'
import { moduleScope } from './exports.ts'
import { isNativeText, textOf } from './function-reader.ts'

/**
 * Refuses an object whose class cannot be made again around its properties: one of Node or of the language, or one with private members. Its prototypes may be
 * classes of the program, and at the end what the kind of object has by nature (`standard`).
 */
export function checkClass(encoder: Encoder, value: object, standard: object, index: number): void {
  for (let prototype = Object.getPrototypeOf(value) as object | null; prototype !== null && prototype !== Object.prototype && prototype !== standard; prototype = Object.getPrototypeOf(prototype) as object | null) {
    const type: unknown = Object.getOwnPropertyDescriptor(prototype, 'constructor')?.value
    if (typeof type !== 'function') continue
    if (standard === Error.prototype && isGlobalFunction(type, type.name)) return
    const module = isNativeText(textOf(type)) || isGlobalFunction(type, type.name) ? '' : moduleOfNode(encoder, type)
    if (module !== undefined) {
      const name = module === '' ? type.name : `${module}.${type.name}`
      const own = classNameOf(value)
      encoder.refuse(index, `it is a ${own === type.name ? name : `${own} (a subclass of ${name})`} and cannot be sent to a worker`, 'create it inside of the function, or inside of a module that the worker imports')
    }
    checkPrivate(encoder, type, index)
  }
}

function checkPrivate(encoder: Encoder, type: { readonly name: string }, index: number): void {
  const text = textOf(type)
  if (!text.startsWith('class') || !text.includes('#')) return
  const { privateMember } = encoder.reader.analysis(type)
  if (privateMember === undefined) return
  encoder.refuse(
    index,
    `it is an instance of class ${type.name}, which has the private member ${privateMember}; private state cannot be read from outside`,
    `give the class [Symbol.for('manyhands.replace')]() and static [Symbol.for('manyhands.revive')](state), or build the object inside of the function`,
  )
}

/** Asking the inspector takes its time. */
const modules = new WeakMap<object, string | null>()

/** The module of Node that a class belongs to, '' for an internal one; undefined for classes of the program. */
function moduleOfNode(encoder: Encoder, type: { readonly name: string }): string | undefined {
  let module = modules.get(type)
  if (module === undefined) modules.set(type, (module = findModule(encoder, type) ?? null))
  return module ?? undefined
}

function findModule(encoder: Encoder, type: { readonly name: string }): string | undefined {
  const exported = findInModules(type, type.name)
  if (exported !== undefined) return exported.module
  const facts = encoder.reader.facts(type)
  if (facts === undefined || moduleScope(facts) !== undefined) return undefined
  const url = encoder.reader.url(facts)
  return url.startsWith('node:') ? (url.includes('internal') ? '' : url.slice(5)) : undefined
}

export function classNameOf(value: object): string {
  const type: unknown = (value as { readonly constructor?: unknown }).constructor
  return typeof type === 'function' && type.name !== '' ? type.name : 'object'
}
