import type { FunctionFacts, Inspector } from '../text/inspector.ts'
import { isMainModule, scriptUrl } from '../text/scripts.ts'
import { exportNames, type ExportPlace, findCommonJsMember, moduleScope, valueOf } from './exports.ts'
import { importBindings } from './import-bindings.ts'

/** Under which name a function captures something, and of which module variable it is a member. */
export interface CapturedName {
  readonly facts: FunctionFacts
  readonly name: string
  readonly member?: string | undefined
}

/**
 * Finds the module that exports a captured value, so that an object that cannot be sent (a logger, a database client)
 * is imported by the worker instead. Called only for what was refused.
 *
 * A captured variable of an ES module is imported by it, or exported.
 */
export function findExportedValue(
  value: unknown,
  { name, member, facts }: CapturedName,
  inspector: Inspector,
): ExportPlace | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const { location } = facts
  const variables = moduleScope(facts)
  if (location === undefined || variables === undefined || !isModuleVariable(variables, name, member, value)) {
    return findCommonJsMember(value)
  }
  const url = scriptUrl(location.scriptId, inspector)
  if (!url.startsWith('file:')) return undefined
  const binding = importBindings(url, location.scriptId, inspector).get(name)
  if (binding === null) return undefined
  const place: ExportPlace | undefined =
    binding === undefined
      ? ownExport(name, url, location.scriptId, inspector)
      : { type: 'esm', url: binding.specifier, path: binding.path, from: url }
  return place === undefined || member === undefined ? place : { ...place, path: [...place.path, member] }
}

/** The export of the module itself that its variable `name` is. */
function ownExport(name: string, url: string, scriptId: string, inspector: Inspector): ExportPlace | undefined {
  const exported = isMainModule(url) ? undefined : exportNames(url, scriptId, inspector).get(name)
  return exported === undefined ? undefined : { type: 'esm', url, path: [exported] }
}

/** Whether the variable of the module is what holds `value`: one of an inner scope may have its name. */
function isModuleVariable(
  variables: Readonly<Record<string, unknown>>,
  name: string,
  member: string | undefined,
  value: object,
): boolean {
  const held = valueOf(variables, name)
  if (member === undefined) return held === value
  // The member was read from this object just now, so reading it again does no more.
  return typeof held === 'object' && held !== null && (held as Readonly<Record<string, unknown>>)[member] === value
}
