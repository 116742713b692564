import { requireFrom } from '../protocol/require.ts'
import { TextCache } from '../protocol/text-cache.ts'
import type { FunctionFacts, Inspector, Location } from '../text/inspector.ts'
import { scriptUrl } from '../text/scripts.ts'
import { type DeclaredImport, findDeclaredImport, mayDeclareImport } from './declared-imports.ts'
import { type ExportPlace, memberAt, moduleScope } from './exports.ts'
import { type ImportBinding, importBindings, isImportable } from './import-bindings.ts'
import { fileText } from './module-text.ts'
import { sourceOf } from './source-of.ts'

/**
 * The variable `name` of the ES module that a function stands in, when an import declaration makes it; null when
 * workers need not import it.
 */
export function findBinding(
  name: string,
  { location }: FunctionFacts,
  inspector: Inspector,
): (ImportBinding & { readonly from: string }) | null | undefined {
  if (location === undefined) return undefined
  const url = scriptUrl(location.scriptId, inspector)
  const binding = url.startsWith('file:') ? importBindings(url, location.scriptId, inspector).get(name) : undefined
  return binding === undefined || binding === null ? binding : { ...binding, from: url }
}

/**
 * The import that a captured variable is, when it is a constant to which `await import('…')` or `require('…')` was
 * assigned. The name alone proves nothing: the declaration must be the one of this variable, and what `require` gave
 * must be its value.
 */
export function findDeclared(
  { name, value, facts }: { readonly name: string; readonly value: unknown; readonly facts: FunctionFacts },
  inspector: Inspector,
): ExportPlace | undefined {
  if (facts.location === undefined) return undefined
  const url = scriptUrl(facts.location.scriptId, inspector)
  if (!url.startsWith('file:')) return undefined
  const declared = declarationOf(name, url, facts, inspector)
  if (declared === null || !isImportable(declared.specifier, url)) return undefined
  const place = { url: declared.specifier, path: declared.path, from: url }
  if (declared.by === 'import') return { type: 'esm', ...place }
  return memberAt(required(declared.specifier, url), declared.path) === value ? { type: 'cjs', ...place } : undefined
}

/** What `require` gave the program, without loading anything. */
function required(specifier: string, url: string): unknown {
  const require = requireFrom(url)
  try {
    return require.cache[require.resolve(specifier)]?.exports
  } catch {
    return undefined
  }
}

/** A place in a text and a name in it mean the same each time. */
const declarations = new TextCache<DeclaredImport | null>(1000)

function declarationOf(name: string, url: string, facts: FunctionFacts, inspector: Inspector): DeclaredImport | null {
  const location = facts.location as Location
  const { scriptId, lineNumber, columnNumber } = location
  return declarations.get(`${scriptId}:${lineNumber}:${columnNumber} ${name}`, () => {
    if (!mayImport(url)) return null
    const text = fileText(url)
    // A text may be large: it is parsed when it may hold what is looked for.
    if (text !== undefined && !mayDeclareImport(text, name)) return null
    const source = sourceOf(url, scriptId, moduleScope(facts) !== undefined, inspector)
    return (source === null ? undefined : findDeclaredImport(source.program, source.text, location, name)) ?? null
  })
}

const importing = new TextCache<boolean>(100)

/** Whether a file calls `import` or `require`; most do not, and need not be parsed. */
function mayImport(url: string): boolean {
  return importing.get(url, () => {
    const text = fileText(url)
    return text === undefined || /\b(?:import|require)\s*\(/.test(text)
  })
}
