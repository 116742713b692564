import type * as Acorn from 'acorn'
import { requireFrom } from '../protocol/require.ts'
import { TextCache } from '../protocol/text-cache.ts'
import type { FunctionFacts, Inspector, ScopeLevel } from '../text/inspector.ts'
import { parseModule, parseScript } from '../text/parse-function.ts'
import { scriptUrl } from '../text/scripts.ts'
import { findDeclaredImport } from './declared-imports.ts'
import { type ExportPlace, memberAt, moduleScope } from './exports.ts'
import { importBindings, isImportable } from './import-bindings.ts'
import { fileText } from './module-text.ts'

/** A captured variable, and the level of the scope in which it was found. */
export interface Variable {
  readonly name: string
  readonly value: unknown
  readonly facts: FunctionFacts
  readonly level: ScopeLevel
}

/**
 * The import that a captured variable is: of an import declaration, or of a constant that `await import('…')` or
 * `require('…')` was assigned to. The name alone proves nothing: the variable must be the one that the declaration
 * makes, and what `require` gave must be its value.
 */
export function findImport({ name, value, facts, level }: Variable, inspector: Inspector): ExportPlace | undefined {
  if (facts.location === undefined) return undefined
  const { scriptId } = facts.location
  const url = scriptUrl(scriptId, inspector)
  if (!url.startsWith('file:')) return undefined
  if (level.kind.startsWith('Module')) {
    const binding = importBindings(url, scriptId, inspector).get(name)
    if (binding !== undefined) return { type: 'esm', url: binding.specifier, path: binding.path, from: url }
  }
  const source = sourceOf(url, scriptId, moduleScope(facts) !== undefined, inspector)
  if (source === null) return undefined
  const declared = findDeclaredImport(source.program, source.text, facts.location, name)
  if (declared === undefined || !isImportable(declared.specifier, url)) return undefined
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

interface Source {
  readonly text: string
  readonly program: Acorn.Program
}

/** Parsed texts are large, and those of few modules are needed again. */
const sources = new TextCache<Source | null>(20)

/** The text of a script that loads modules while it runs; null for any other. */
function sourceOf(url: string, scriptId: string, isModule: boolean, inspector: Inspector): Source | null {
  return sources.get(scriptId, () => {
    const text = fileText(url)
    if (text !== undefined && !/\b(?:import|require)\s*\(/.test(text)) return null
    // A file in TypeScript is no JavaScript; what the engine compiled is.
    return (text === undefined ? null : parse(text, isModule)) ?? parse(inspector.scriptSource(scriptId), isModule)
  })
}

function parse(text: string, isModule: boolean): Source | null {
  try {
    return { text, program: isModule ? parseModule(text) : parseScript(text) }
  } catch {
    return null
  }
}
