import { pathToFileURL } from 'node:url'
import * as types from 'node:util/types'
import lazy from '#lazy'
import { MODULE, type Node } from '../protocol/message.ts'
import { nodeRequire } from '../protocol/require.ts'
import type { FunctionFacts, Inspector } from '../text/inspector.ts'
import { nameOf } from '../text/name-of.ts'
import { isMainModule, pathOf, scriptUrl } from '../text/scripts.ts'
import { lexModule } from './module-text.ts'

/** Where workers can import something. */
export interface ExportPlace {
  readonly type: 'esm' | 'cjs'
  /** Of the module; with `from` what that module calls it. */
  readonly url: string
  readonly path: readonly string[]
  /** The URL of the module that imports it, from which `url` is resolved. */
  readonly from?: string | undefined
}

export function moduleNode({ type, url, path, from }: ExportPlace): Node {
  return from === undefined ? [MODULE, type, url, path] : [MODULE, type, url, path, from]
}

/** Export names of a module by local name. */
const exportsOfModule = new Map<string, ReadonlyMap<string, string>>()

/**
 * Finds the export of an ES module that `fn` is, without importing anything: the module's scope says which local
 * variable holds it, the module's text says under which name that is exported. Undefined for the main module, which
 * workers never import.
 */
export function findExport(fn: object, facts: FunctionFacts, inspector: Inspector): ExportPlace | undefined {
  const { location } = facts
  const variables = moduleScope(facts)
  if (location === undefined || variables === undefined) return undefined
  const name = nameOf(fn)
  const local =
    valueOf(variables, name) === fn ? name : Object.keys(variables).find(key => valueOf(variables, key) === fn)
  // A default export without a name is no variable.
  if (local === undefined && name !== 'default') return undefined
  const url = scriptUrl(location.scriptId, inspector)
  if (!url.startsWith('file:') || isMainModule(url)) return undefined
  const exported =
    local === undefined
      ? isAnonymousDefault(fn, inspector.scriptSource(location.scriptId)) && 'default'
      : exportNames(url, location.scriptId, inspector).get(local)
  return typeof exported === 'string' ? { type: 'esm', url, path: [exported] } : undefined
}

/** The variables of the ES module that a function stands in. */
export function moduleScope(facts: FunctionFacts): Readonly<Record<string, unknown>> | undefined {
  return facts.scopes.find(level => level.kind.startsWith('Module'))?.variables
}

/** The names under which a module exports its local variables. */
export function exportNames(url: string, scriptId: string, inspector: Inspector): ReadonlyMap<string, string> {
  let names = exportsOfModule.get(url)
  if (names === undefined) {
    names = new Map()
    for (const item of lexModule(url, scriptId, inspector).exports) {
      if (item.type === 'direct' && item.localName !== undefined && !names.has(item.localName)) {
        ;(names as Map<string, string>).set(item.localName, item.name)
      }
    }
    exportsOfModule.set(url, names)
  }
  return names
}

function isAnonymousDefault(fn: object, source: string): boolean {
  const [, exports] = lazy.lexer().parse(source)
  const text = Function.prototype.toString.call(fn)
  return exports.some(
    item =>
      item.type === 'direct' &&
      item.name === 'default' &&
      item.localName === undefined &&
      source.slice(item.end).trimStart().startsWith(text),
  )
}

/** The value of a variable; undefined when it has none yet, as it is not what is looked for then. */
export function valueOf(variables: Readonly<Record<string, unknown>>, name: string): unknown {
  try {
    return Object.hasOwn(variables, name) ? variables[name] : undefined
  } catch {
    return undefined
  }
}

/**
 * Finds the export of a CommonJS module that `fn` is: the exports themselves, a member of them, or a member of that.
 */
export function findCommonJsExport(fn: object, facts: FunctionFacts, inspector: Inspector): ExportPlace | undefined {
  if (facts.location === undefined || moduleScope(facts) !== undefined) return undefined
  const path = pathOf(scriptUrl(facts.location.scriptId, inspector))
  const exports: unknown = path === undefined ? undefined : nodeRequire().cache[path]?.exports
  const members = path === undefined ? undefined : findMember(exports, fn)
  return path === undefined || members === undefined ? undefined : place(path, members)
}

/** The CommonJS module whose exports `value` is. */
export function findCommonJsModule(value: object): ExportPlace | undefined {
  for (const path in nodeRequire().cache) if (nodeRequire().cache[path]?.exports === value) return place(path, [])
  return undefined
}

/** The CommonJS module that exports `value` by a name. */
export function findCommonJsMember(value: object): ExportPlace | undefined {
  for (const path in nodeRequire().cache) {
    const name = memberName(nodeRequire().cache[path]?.exports, value)
    if (name !== undefined) return place(path, [name])
  }
  return undefined
}

function place(file: string, path: readonly string[]): ExportPlace | undefined {
  const url = pathToFileURL(file).href
  return isMainModule(url) ? undefined : { type: 'cjs', url, path }
}

function findMember(exports: unknown, value: object): readonly string[] | undefined {
  if (exports === value) return []
  const name = memberName(exports, value)
  if (name !== undefined) return [name]
  if (!isOpen(exports)) return undefined
  for (const outer of Object.keys(exports)) {
    const inner = memberName(read(exports, outer), value)
    if (inner !== undefined) return [outer, inner]
  }
  return undefined
}

/** The name of an enumerable property that holds `value`. */
export function memberName(owner: unknown, value: object): string | undefined {
  return isOpen(owner) ? Object.keys(owner).find(name => read(owner, name) === value) : undefined
}

/** Compilers export by getters; those of other objects are not run. */
function read(owner: object, name: string): unknown {
  const descriptor = Object.getOwnPropertyDescriptor(owner, name)
  if (descriptor?.get === undefined || !Object.hasOwn(owner, '__esModule')) return descriptor?.value
  try {
    return (owner as Readonly<Record<string, unknown>>)[name]
  } catch {
    return undefined // not initialised yet: not what is looked for
  }
}

/** The member of a module that `path` leads to; undefined when there is none. */
export function memberAt(owner: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((value, name) => (isOpen(value) ? read(value, name) : undefined), owner)
}

function isOpen(value: unknown): value is object {
  return ((typeof value === 'object' && value !== null) || typeof value === 'function') && !types.isProxy(value)
}

let modulePrototype: object | undefined

/** The `module` of a CommonJS file. */
export function isCommonJsModule(value: unknown): boolean {
  modulePrototype ??= process.getBuiltinModule('node:module').prototype as object
  return (
    typeof value === 'object' &&
    value !== null &&
    !types.isProxy(value) &&
    Object.getPrototypeOf(value) === modulePrototype
  )
}

/** True for a `require` function of some module. */
export function isRequire(value: unknown): boolean {
  return typeof value === 'function' && 'resolve' in value && 'cache' in value && value.cache === nodeRequire().cache
}
