import * as types from 'node:util/types'
import { nodeRequire } from '../protocol/require.ts'
import type { Inspector } from '../text/inspector.ts'
import { callingScripts, isMainModule, loadedModules, pathOf, type ScriptAt } from '../text/scripts.ts'
import { entriesOf, entriesOfPackage, packageOf, packageWith } from './entries.ts'
import { type ExportPlace, memberAt, memberName } from './exports.ts'
import { type ImportBinding, importBindings, isPackageSpecifier } from './import-bindings.ts'

/**
 * Finds what a function of a package is that no variable leads to, as it is a task itself or an argument: an import of
 * the code that sends it, else an export of the package's entry. Its own file would be imported past the entry and what
 * that sets up. The value decides, not the name, and nothing is loaded that the program has not loaded.
 *
 * @param url - of the file that the function stands in
 */
export function findEntry(fn: object, url: string, inspector: Inspector): ExportPlace | undefined {
  const own = packageWith(url)
  if (own === undefined) return undefined
  const callers = callingScripts()
  // The package itself sends a function of its own.
  if (callers.some(({ url: caller }) => caller === url)) return undefined
  const loaded = loadedModules(inspector, callers)
  for (const importer of new Set([...callers.map(({ url: caller }) => loaded.get(caller)), mainModule(loaded)])) {
    const found = importer === undefined ? undefined : importedBy(fn, importer, own.name, loaded, inspector)
    if (found !== undefined) return found
  }
  for (const entry of entriesOfPackage(own)) {
    const path = pathIn(loadedExports(entry, loaded), fn)
    if (path === undefined) continue
    return { type: loaded.has(entry) ? 'esm' : 'cjs', url: entry, path }
  }
  return undefined
}

let main: ScriptAt | undefined

/** What was packed after a wait has no other code of the program on its stack. */
function mainModule(loaded: ReadonlyMap<string, ScriptAt>): ScriptAt | undefined {
  if (main === undefined) for (const script of loaded.values()) if (isMainModule(script.url)) main = script
  return main
}

/** The import declaration of a module that gave it the function; of the function's own package first. */
function importedBy(
  fn: object,
  { url, scriptId }: ScriptAt,
  name: string,
  loaded: ReadonlyMap<string, ScriptAt>,
  inspector: Inspector,
): ExportPlace | undefined {
  const bindings = Array.from(importBindings(url, scriptId, inspector).values(), binding =>
    binding !== null && isPackageSpecifier(binding.specifier) ? [binding] : [],
  ).flat()
  const isOwn = ({ specifier }: ImportBinding): boolean => packageOf(specifier) === name
  for (const { specifier, path } of [...bindings.filter(isOwn), ...bindings.filter(binding => !isOwn(binding))]) {
    for (const entry of entriesOf(specifier, url)) {
      const members = pathIn(memberOfImport(loadedExports(entry, loaded), path, loaded.has(entry)), fn)
      if (members !== undefined) return { type: 'esm', url: specifier, path: [...path, ...members], from: url }
    }
  }
  return undefined
}

/** What `import` makes of the exports: those of a CommonJS module are its default. */
function memberOfImport(exports: unknown, path: readonly string[], isModule: boolean): unknown {
  return isModule || path[0] !== 'default' ? memberAt(exports, path) : exports
}

/** The way from `owner` to the function: it is the function itself, or a member of it, or of its members. */
function pathIn(owner: unknown, fn: object): readonly string[] | undefined {
  if (owner === fn) return []
  const name = memberName(owner, fn)
  if (name !== undefined) return [name]
  if (typeof owner !== 'object' || owner === null || types.isProxy(owner)) return undefined
  for (const outer of Object.keys(owner)) {
    const inner = memberName(memberAt(owner, [outer]), fn)
    if (inner !== undefined) return [outer, inner]
  }
  return undefined
}

const exportsOfModule = new Map<string, unknown>()

/** The exports of a module; undefined when the program has not loaded it. */
function loadedExports(url: string, loaded: ReadonlyMap<string, ScriptAt>): unknown {
  const path = pathOf(url) ?? ''
  if (!loaded.has(url)) return nodeRequire().cache[path]?.exports
  if (!exportsOfModule.has(url)) exportsOfModule.set(url, required(path))
  return exportsOfModule.get(url)
}

/** The namespace of an ES module that is loaded; undefined for one that still waits, or has waited, for a promise. */
function required(path: string): unknown {
  const { cache } = nodeRequire()
  const isKnown = path in cache
  try {
    return nodeRequire()(path) as unknown
  } catch {
    return undefined
  } finally {
    // The program finds there what it has required itself.
    if (!isKnown) delete cache[path]
  }
}
