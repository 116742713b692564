import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'
import type * as Lexer from 'es-module-lexer'
import type { FunctionFacts, Inspector } from './inspector.ts'
import { isMainModule, pathOf, scriptUrl } from './scripts.ts'

/** Where workers can import something. */
export interface ExportPlace {
  readonly type: 'esm' | 'cjs'
  readonly url: string
  readonly path: readonly string[]
}

const require = createRequire(import.meta.url)
/** Export names of a script by local name. */
const exportsOfScript = new Map<string, ReadonlyMap<string, string>>()

/**
 * Finds the export of an ES module that `fn` is, without importing anything: the module's scope says which local variable holds it, the module's text
 * says under which name that is exported. Undefined for the main module, which workers never import.
 */
export function findExport(fn: object, facts: FunctionFacts, inspector: Inspector): ExportPlace | undefined {
  const { location } = facts
  const module = facts.scopes.find(level => level.kind.startsWith('Module'))
  if (location === undefined || module === undefined) return undefined
  const local = Object.keys(module.variables).find(name => valueOf(module.variables, name) === fn)
  if (local === undefined) return undefined
  const url = scriptUrl(location.scriptId, inspector)
  if (!url.startsWith('file:') || isMainModule(url)) return undefined
  const name = exportNames(location.scriptId, inspector).get(local)
  return name === undefined ? undefined : { type: 'esm', url, path: [name] }
}

function exportNames(scriptId: string, inspector: Inspector): ReadonlyMap<string, string> {
  let names = exportsOfScript.get(scriptId)
  if (names === undefined) {
    // The build without WebAssembly: it is there at once, and loaded at first need.
    const lexer = require('es-module-lexer/js') as typeof Lexer
    const [, exports] = lexer.parse(inspector.scriptSource(scriptId))
    names = new Map(exports.flatMap(item => (item.type === 'direct' && item.localName !== undefined ? [[item.localName, item.name] as const] : [])))
    exportsOfScript.set(scriptId, names)
  }
  return names
}

function valueOf(variables: Readonly<Record<string, unknown>>, name: string): unknown {
  try {
    return variables[name]
  } catch {
    return undefined // it has no value yet, so it is not what is looked for
  }
}

/** Finds what a loaded CommonJS module exports: its exports themselves, or a member of them. */
export function findCommonJsExport(value: object): ExportPlace | undefined {
  for (const [file, module] of Object.entries(require.cache)) {
    const exports: unknown = module?.exports
    if ((typeof exports !== 'object' && typeof exports !== 'function') || exports === null) continue
    const url = pathToFileURL(file).href
    if (isMainModule(url)) continue
    if (exports === value) return { type: 'cjs', url, path: [] }
    if (typeof value !== 'function') continue
    for (const name of Object.keys(exports)) if (Object.getOwnPropertyDescriptor(exports, name)?.value === value) return { type: 'cjs', url, path: [name] }
  }
  return undefined
}

/** True for a `require` function of some module. */
export function isRequire(value: unknown): boolean {
  return typeof value === 'function' && 'resolve' in value && 'cache' in value && value.cache === require.cache
}

/** The module whose namespace object this is, told by the functions in it. */
export function findNamespace(namespace: object, inspector: Inspector): ExportPlace | undefined {
  for (const name of Object.keys(namespace)) {
    const member = valueOf(namespace as Readonly<Record<string, unknown>>, name)
    if (typeof member !== 'function') continue
    const facts = inspector.read(member)
    const place = findExport(member, facts, inspector)
    if (place !== undefined && pathOf(place.url) !== undefined && place.path[0] === name) return { ...place, path: [] }
  }
  return undefined
}
