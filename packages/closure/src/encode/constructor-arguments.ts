import * as types from 'node:util/types'
import { isGlobalFunction } from '../modules/builtins.ts'
import { type ConstructorPlan, constructorPlan } from '../text/constructor-plan.ts'
import { textOf } from '../text/function-text.ts'
import { nameOf } from '../text/name-of.ts'
import type { Encoder } from './encoder.ts'

const plans = new WeakMap<object, ConstructorPlan | null>()

/**
 * Where a class was defined, only its constructor can set private fields. Finds the fields whose values it has to be
 * called with there to make an instance with just these private fields, which is possible for one that does nothing but
 * keep what it is given.
 *
 * @param values - of all private fields, in order
 * @returns for each parameter the number of a field, or -1; undefined when the constructor does more, or other methods
 * have changed the fields since
 */
export function constructorArguments(
  encoder: Encoder,
  type: object,
  values: readonly unknown[],
): readonly number[] | undefined {
  let plan = plans.get(type)
  if (plan === undefined) plans.set(type, (plan = planOf(encoder, type) ?? null))
  if (plan === null) return undefined
  const { fields, args, needed } = plan
  const given = args.map(at => (at === -1 ? undefined : values[at]))
  const isMade = fields.every(([kind, of], i) => Object.is(values[i], kind === 'value' ? of : given[of]))
  return isMade && needed.every(i => isTestable(given[i])) ? args : undefined
}

function planOf(encoder: Encoder, type: object): ConstructorPlan | undefined {
  const above = Object.getPrototypeOf(type) as object
  const isOfError = isGlobalFunction(above, nameOf(above)) && (above === Error || Error.isPrototypeOf(above))
  if (above !== Function.prototype && !isOfError) return undefined
  const plan = constructorPlan(textOf(type))
  const { prototype } = type as { readonly prototype: object }
  const scopes = encoder.reader.facts(type)?.scopes.filter(({ kind }) => !kind.startsWith('Global')) ?? []
  const isShadowed = scopes.some(({ variables }) => ['Number', 'Array'].some(name => Object.hasOwn(variables, name)))
  return isShadowed || plan?.assigned.some(name => !isAssignable(prototype, name)) === true ? undefined : plan
}

/** Whether to assign the property on an instance does nothing else: no setter runs, and it does not throw. */
function isAssignable(prototype: object, name: string): boolean {
  for (let at: object | null = prototype; at !== null; at = Object.getPrototypeOf(at) as object | null) {
    if (types.isProxy(at)) return false
    const descriptor = Object.getOwnPropertyDescriptor(at, name)
    if (descriptor !== undefined) return descriptor.writable === true
  }
  return true
}

/** A primitive or an array: to test it runs nothing of the program. */
function isTestable(value: unknown): boolean {
  return value !== undefined && ((typeof value !== 'object' && typeof value !== 'function') || Array.isArray(value))
}
