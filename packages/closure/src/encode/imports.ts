import * as types from 'node:util/types'
import { replace } from '@manyhands/base'
import { isGlobalFunction } from '../modules/builtins.ts'
import { declaredFor } from '../modules/explicit.ts'
import { moduleScope } from '../modules/exports.ts'
import { reducerOf } from '../protocol/reducers.ts'
import type { FunctionFacts, ScopeLevel } from '../text/inspector.ts'
import { nameOf } from '../text/name-of.ts'
import { encodeOwn } from './encode-own.ts'
import type { Encoder } from './encoder.ts'
import { isInitializer, notePrepared } from './initializers.ts'

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
 * Data that structured clone copies and instances of classes stay values: they arrive as the program has changed them.
 *
 * @returns whether it is an import
 */
export function noteImport(encoder: Encoder, variable: CapturedVariable): boolean {
  const { value } = variable
  if (!isFunctionOrObject(value) || !mayBeImport(encoder, variable)) return false
  if (variable.level.kind.startsWith('Module')) noteUse(encoder, variable)
  const kind = travelsAsImport(encoder, value)
  if (kind === undefined) return false
  const place = encoder.reader.importPlace(variable)
  if (place === undefined) return false
  if (kind === 'everywhere') encoder.reader.noteExported(value, place)
  else encoder.imports.set(value, place)
  return true
}

/** Of what is declared by an import, whatever becomes of it. */
function noteUse(encoder: Encoder, { name, facts, user }: CapturedVariable): void {
  const used = encoder.reader.usedImport(facts, name)
  if (used === undefined) return
  if (isInitializer(user)) notePrepared(used)
  else encoder.usedImports.push(used)
}

function isFunctionOrObject(value: unknown): value is object {
  return typeof value === 'function' || (typeof value === 'object' && value !== null)
}

/** Looks at the kind of variable first: finding its declaration takes longer. */
function mayBeImport(encoder: Encoder, { value, facts, level }: CapturedVariable): boolean {
  if (level.kind.startsWith('Module') || types.isModuleNamespaceObject(value)) return true
  if (typeof value === 'function' && !types.isProxy(value)) {
    const location = encoder.reader.facts(value)?.location
    return location !== undefined && location.scriptId !== facts.location?.scriptId
  }
  return moduleScope(facts) === undefined || types.isProxy(value)
}

/**
 * `'everywhere'`: what is the same thing in whatever message. `'here'`: an object whose state may have been changed,
 * which is imported where it is captured by its import, and copied elsewhere.
 */
function travelsAsImport(encoder: Encoder, value: object): 'everywhere' | 'here' | undefined {
  if (types.isProxy(value) || types.isModuleNamespaceObject(value)) return 'everywhere'
  if (typeof value === 'function') {
    const name = nameOf(value)
    const isKnown =
      encodeOwn(value, name) !== undefined || declaredFor(value) !== undefined || isGlobalFunction(value, name)
    return isKnown ? undefined : 'everywhere'
  }
  const prototype = Object.getPrototypeOf(value) as object | null
  if (prototype !== null && prototype !== Object.prototype && prototype !== Array.prototype) return undefined
  if (replace in value || reducerOf(value) !== undefined || encoder.isRaw(value)) return undefined
  return 'here'
}
