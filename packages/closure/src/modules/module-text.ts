import type * as Lexer from 'es-module-lexer'
import lazy from '#lazy'
import type { Inspector } from '../text/inspector.ts'
import { pathOf } from '../text/scripts.ts'

/** What a module's text says of its imports and exports. */
export interface LexedModule {
  readonly text: string
  readonly imports: readonly Lexer.Import[]
  readonly exports: readonly Lexer.Export[]
}

const lexed = new Map<string, LexedModule>()

/** Reads the imports and exports of the ES module `url`, whose script is `scriptId`, from its text. */
export function lexModule(url: string, scriptId: string, inspector: Inspector): LexedModule {
  let module = lexed.get(url)
  if (module === undefined) {
    const text = fileText(url)
    module = (text === undefined ? undefined : tryLex(text)) ?? lex(inspector.scriptSource(scriptId))
    lexed.set(url, module)
  }
  return module
}

/**
 * The text of a module's file, as asking the engine takes long. Undefined when the file may hold another text than what
 * was compiled, as it has changed since the program started.
 */
export function fileText(url: string): string | undefined {
  const path = pathOf(url)
  if (path === undefined) return undefined
  try {
    const { readFileSync, statSync } = process.getBuiltinModule('node:fs')
    return statSync(path).mtimeMs < programStart() ? readFileSync(path, 'utf8') : undefined
  } catch {
    return undefined
  }
}

function programStart(): number {
  return Date.now() - process.uptime() * 1000
}

/** The file may hold a language that the lexer does not know. */
function tryLex(text: string): LexedModule | undefined {
  try {
    return lex(text)
  } catch {
    return undefined
  }
}

function lex(text: string): LexedModule {
  const [imports, exports] = lazy.lexer().parse(text)
  return { text, imports, exports }
}
