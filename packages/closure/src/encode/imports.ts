import * as types from 'node:util/types'
import { replace } from '@manyhands/base'
import { isGlobalFunction } from '../modules/builtins.ts'
import { declaredFor } from '../modules/explicit.ts'
import { type ExportPlace, moduleScope } from '../modules/exports.ts'
import { reducerOf } from '../protocol/reducers.ts'
import type { FunctionFacts, ScopeLevel } from '../text/inspector.ts'
import { nameOf } from '../text/name-of.ts'
import { encodeOwn } from './encode-own.ts'
import type { Encoder } from './encoder.ts'
import { isInitializer, notePrepared, type UsedImport } from './initializers.ts'

/** A variable that a function captures, and where it was found. */
export interface CapturedVariable {
  readonly name: string
  readonly value: unknown
  readonly facts: FunctionFacts
  readonly level: ScopeLevel
  /** The function that captures it. */
  readonly user: object
}

/**
 * Sees to it that a captured variable which is an import travels as that import, so that the worker runs what the
 * program ran: the entry of the package with all its effects, not only the file in which a function stands.
 *
 * Data, instances of classes and objects of the program's own modules stay values: they arrive as the program has
 * changed them.
 *
 * @returns whether it is an import
 */
export function noteImport(encoder: Encoder, variable: CapturedVariable): boolean {
  const { name, value, facts, level, user } = variable
  if (!isFunctionOrObject(value)) return false
  const binding = level.kind.startsWith('Module') ? encoder.reader.binding(name, facts) : undefined
  if (binding === null || (binding === undefined && !mayBeDeclared(encoder, variable))) return false
  if (binding !== undefined) {
    noteUse(encoder, { url: binding.from, scriptId: facts.location?.scriptId ?? '', name, value }, user)
  }
  if (!travelsAsImport(encoder, value, facts)) return false
  const place: ExportPlace | undefined =
    binding === undefined
      ? encoder.reader.declaredImport(variable)
      : { type: 'esm', url: binding.specifier, path: binding.path, from: binding.from }
  if (place === undefined || !(typeof value === 'function' || isPackageOrModule(value, place))) return false
  ;(encoder.imports ??= new Map()).set(value, place)
  return true
}

function noteUse(encoder: Encoder, used: UsedImport, user: object): void {
  if (isInitializer(user)) notePrepared(used)
  else (encoder.usedImports ??= []).push(used)
}

function isFunctionOrObject(value: unknown): value is object {
  return typeof value === 'function' || (typeof value === 'object' && value !== null)
}

/** Whether to look for the declaration of a variable, which takes longer. */
function mayBeDeclared(encoder: Encoder, { value, facts }: CapturedVariable): boolean {
  if (types.isModuleNamespaceObject(value)) return true
  if (typeof value === 'function' && !types.isProxy(value)) {
    const found = encoder.reader.facts(value)
    return found?.location !== undefined && !isOfOneFile(encoder, found, facts)
  }
  return typeof value === 'object' || moduleScope(facts) === undefined || types.isProxy(value)
}

/** In a worker each function that was revived is a script of its own. */
function isOfOneFile({ reader }: Encoder, one: FunctionFacts, other: FunctionFacts): boolean {
  if (one.location?.scriptId === other.location?.scriptId) return true
  const url = reader.url(one)
  return url !== '' && url === reader.url(other)
}

function travelsAsImport(encoder: Encoder, value: object, facts: FunctionFacts): boolean {
  if (types.isProxy(value) || types.isModuleNamespaceObject(value)) return true
  if (typeof value === 'function') {
    const name = nameOf(value)
    if (encodeOwn(value, name) !== undefined || declaredFor(value) !== undefined || isGlobalFunction(value, name)) {
      return false
    }
    // A function of this very module, which the other one was given (`export let handler`), is not what it exports.
    return encoder.reader.facts(value)?.location?.scriptId !== facts.location?.scriptId
  }
  return !(isInstance(value) || replace in value || reducerOf(value) !== undefined || encoder.isRaw(value))
}

/** An object that inherits from another, which is no class's prototype, is none. */
function isInstance(value: object): boolean {
  let prototype = Object.getPrototypeOf(value) as object | null
  for (; prototype !== null && prototype !== Object.prototype; prototype = Object.getPrototypeOf(prototype) as object) {
    if (types.isProxy(prototype) || Object.hasOwn(prototype, 'constructor')) return true
  }
  return false
}

/**
 * Objects of the program's own modules are copied, as they are now; they are imported only when they cannot be. Those
 * of packages lead to all that is in the package.
 */
function isPackageOrModule(value: object, { url }: ExportPlace): boolean {
  return types.isProxy(value) || types.isModuleNamespaceObject(value) || !/^(\.{0,2}\/|#|file:)/.test(url)
}
