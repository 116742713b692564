import type * as Acorn from 'acorn'
import { TextCache } from '../protocol/text-cache.ts'
import type { Inspector } from '../text/inspector.ts'
import { parseModule, parseScript } from '../text/parse-function.ts'
import { fileText } from './module-text.ts'

/** A script that was parsed. */
export interface Source {
  readonly text: string
  readonly program: Acorn.Program
}

/** Parsed texts are large, and those of few modules are needed again. */
const sources = new TextCache<Source | null>(20)

/** The parsed text of a script; null when it cannot be parsed. */
export function sourceOf(url: string, scriptId: string, isModule: boolean, inspector: Inspector): Source | null {
  // In a worker each function that was revived is a script, and many stand in one file.
  const ofFile = sources.get(`${url} ${isModule}`, () => {
    const text = fileText(url)
    return text === undefined ? null : parse(text, isModule)
  })
  // A file in TypeScript is no JavaScript; what the engine compiled is.
  return ofFile ?? sources.get(scriptId, () => parse(inspector.scriptSource(scriptId), isModule))
}

/** What was compiled for a worker is a script, although its text stands in a module. */
function parse(text: string, isModule: boolean): Source | null {
  for (const read of isModule ? [parseModule] : [parseScript, parseModule]) {
    try {
      return { text, program: read(text) }
    } catch {
      // It is no such text.
    }
  }
  return null
}
