import { isBuiltin } from 'node:module'
import { pathToFileURL } from 'node:url'
import { requireFrom } from '../protocol/require.ts'
import type { Inspector } from '../text/inspector.ts'
import { parseModule } from '../text/parse-function.ts'
import { isMainModule } from '../text/scripts.ts'
import { lexModule } from './module-text.ts'

/** What a module's variable stands for: `path` of the module that `specifier` names. */
export interface ImportBinding {
  readonly specifier: string
  /** Empty: the namespace itself. */
  readonly path: readonly string[]
}

/** The variables that the import declarations of a module make, by name; null: workers need not import it. */
export type ImportBindings = ReadonlyMap<string, ImportBinding | null>

const bindingsOfModule = new Map<string, ImportBindings>()

/** The variables that the import declarations of the ES module `url` make. */
export function importBindings(url: string, scriptId: string, inspector: Inspector): ImportBindings {
  let bindings = bindingsOfModule.get(url)
  if (bindings === undefined) {
    const all = new Map<string, ImportBinding | null>()
    const { text, imports } = lexModule(url, scriptId, inspector)
    for (const item of imports) {
      // What needs attributes, such as JSON, is data.
      if (item.type !== 'static' || item.typeOnly || item.phase !== null || item.attributes !== null) continue
      const { specifier } = item
      for (const [name, path] of namesOf(text.slice(item.importStart, item.importEnd))) {
        all.set(name, isImportable(specifier, url) ? { specifier, path } : null)
      }
    }
    bindingsOfModule.set(url, (bindings = all))
  }
  return bindings
}

/**
 * Whether workers import `specifier` for the module `url`. They never import the main module; of manyhands each has its
 * own copy.
 */
export function isImportable(specifier: string, url: string): boolean {
  if (isBuiltin(specifier) || /^(@manyhands\/|manyhands$)/.test(specifier)) return false
  if (/^\.{0,2}\//.test(specifier)) return !isMainModule(new URL(specifier, url).href)
  // Of another scheme only a hook of this thread knows what it means.
  if (URL.canParse(specifier)) return /^(file|data|https?):/.test(specifier) && !isMainModule(specifier)
  return !leadsToMain(specifier, url)
}

/** `name` or `name/path`, neither a path nor a URL nor one of the package's own `#imports`. */
export function isPackageSpecifier(specifier: string): boolean {
  return /^[^./#]/.test(specifier) && !URL.canParse(specifier)
}

/** A package may import the main module, which is its own, by its name or by one of its `#imports`. */
function leadsToMain(specifier: string, url: string): boolean {
  try {
    return isMainModule(pathToFileURL(requireFrom(url).resolve(specifier)).href)
  } catch {
    return false
  }
}

/** The local names of an import declaration, each with what it is of the module. */
function* namesOf(declaration: string): Generator<[name: string, path: readonly string[]]> {
  for (const statement of parse(withoutTypes(declaration))) {
    if (statement.type !== 'ImportDeclaration') continue
    for (const { type, local, ...item } of statement.specifiers) {
      if (type === 'ImportNamespaceSpecifier') yield [local.name, []]
      else if (type === 'ImportDefaultSpecifier') yield [local.name, ['default']]
      else if ('imported' in item) {
        const { imported } = item
        yield [local.name, [imported.type === 'Identifier' ? imported.name : String(imported.value)]]
      }
    }
  }
}

/** Empty for a form that the parser does not know: its names are then taken for no imports. */
function parse(declaration: string): ReturnType<typeof parseModule>['body'] {
  try {
    return parseModule(declaration).body
  } catch {
    return []
  }
}

/** `import { type A, b } from 'c'` of TypeScript → `import { b } from 'c'`. */
function withoutTypes(declaration: string): string {
  return declaration.replace(/\btype\s+[\p{ID_Continue}$]+(\s+as\s+[\p{ID_Continue}$]+)?\s*(,|(?=\}))/gu, '')
}
