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
 * Data that structured clone copies and instances of classes stay values: they arrive as the program has changed them.
 *
 * @returns whether it is an import
 */
export function noteImport(encoder: Encoder, variable: CapturedVariable): boolean {
  const { name, value, facts, level, user } = variable
  if (!isFunctionOrObject(value)) return false
  const binding = level.kind.startsWith('Module') ? encoder.reader.binding(name, facts) : undefined
  if (binding === null || (binding === undefined && !mayBeDeclared(encoder, variable))) return false
  if (binding !== undefined) {
    noteUse(encoder, { url: binding.from, scriptId: facts.location?.scriptId ?? '', name }, user)
  }
  const kind = travelsAsImport(encoder, value)
  if (kind === undefined) return false
  const place: ExportPlace | undefined =
    binding === undefined
      ? encoder.reader.declaredImport(variable)
      : { type: 'esm', url: binding.specifier, path: binding.path, from: binding.from }
  if (place === undefined) return false
  if (kind === 'everywhere') encoder.reader.noteExported(value, place)
  else (encoder.imports ??= new Map()).set(value, place)
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
    const location = encoder.reader.facts(value)?.location
    return location !== undefined && location.scriptId !== facts.location?.scriptId
  }
  return typeof value === 'object' || moduleScope(facts) === undefined || types.isProxy(value)
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
