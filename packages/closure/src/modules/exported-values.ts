import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'
import type { FunctionFacts, Inspector } from '../text/inspector.ts'
import { parseModule } from '../text/parse-function.ts'
import { isMainModule, scriptUrl } from '../text/scripts.ts'
import { exportNames, type ExportPlace, findCommonJsMember, moduleScope, valueOf } from './exports.ts'

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
  const imported = findImport(name, url, inspector.scriptSource(location.scriptId))
  if (imported !== undefined) {
    return { ...imported, path: member === undefined ? imported.path : [...imported.path, member] }
  }
  const exported = isMainModule(url) ? undefined : exportNames(url, location.scriptId, inspector).get(name)
  return exported === undefined
    ? undefined
    : { type: 'esm', url, path: member === undefined ? [exported] : [exported, member] }
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

/** The module from which the module `url` imports `name`, and by what name. */
function findImport(name: string, url: string, source: string): ExportPlace | undefined {
  for (const statement of parseModule(source).body) {
    if (statement.type !== 'ImportDeclaration') continue
    for (const specifier of statement.specifiers) {
      if (specifier.local.name !== name) continue
      const target = resolve(String(statement.source.value), url)
      if (target === undefined || isMainModule(target)) return undefined
      if (specifier.type === 'ImportNamespaceSpecifier') return { type: 'esm', url: target, path: [] }
      if (specifier.type === 'ImportDefaultSpecifier') return { type: 'esm', url: target, path: ['default'] }
      return {
        type: 'esm',
        url: target,
        path: [specifier.imported.type === 'Identifier' ? specifier.imported.name : String(specifier.imported.value)],
      }
    }
  }
  return undefined
}

function resolve(specifier: string, base: string): string | undefined {
  if (/^\.{0,2}\//.test(specifier)) return new URL(specifier, base).href
  if (URL.canParse(specifier)) return specifier
  try {
    return pathToFileURL(createRequire(base).resolve(specifier)).href
  } catch {
    return undefined // exported to `import` only: there is no synchronous way to ask for that
  }
}
