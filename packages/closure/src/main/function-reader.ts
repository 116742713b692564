import { analyze } from './analyze.ts'
import type { Analysis } from './analyze.ts'
import { Inspector } from './inspector.ts'
import type { FunctionFacts } from './inspector.ts'
import { UnreadableText } from './parse-function.ts'
import { scriptUrl } from './scripts.ts'

const MAX_TEXTS = 1000
/** What the text of a function says, by text; texts are few, functions many. */
const byText = new Map<string, Analysis>()

export const textOf = (fn: object): string => Function.prototype.toString.call(fn)

export function isNativeText(text: string): boolean {
  return text.length < 400 && /\{\s*\[native code\]\s*\}\s*$/.test(text)
}

/** Reads functions for one message: their text, and what the inspector says. Close it at the end. */
export class FunctionReader {
  readonly inspector: Inspector = new Inspector()
  readonly #constructors = new Set<object>()

  /** Someone is an instance of `type`, which may be a function that does not look like a class. */
  noteConstructor(type: object): void {
    this.#constructors.add(type)
  }

  isConstructor(type: object): boolean {
    return this.#constructors.has(type)
  }

  /** @throws InspectorUnavailable */
  facts(fn: object): FunctionFacts {
    return this.inspector.read(fn)
  }

  url(facts: FunctionFacts): string {
    return facts.location === undefined ? '' : scriptUrl(facts.location.scriptId, this.inspector)
  }

  /** @throws UnreadableText when the text has no meaning outside of its place */
  analysis(fn: object): Analysis {
    const text = textOf(fn)
    // Only a sloppy function has this property; of arrows and methods it cannot be told, and text that is strict enough is taken for strict.
    const sloppy = Object.hasOwn(fn, 'caller')
    const key = `${sloppy ? 'sloppy' : 'strict'} ${text}`
    let analysis = byText.get(key)
    if (analysis === undefined) {
      analysis = read(text, !sloppy)
      if (byText.size >= MAX_TEXTS) byText.delete(byText.keys().next().value as string)
      byText.set(key, analysis)
    }
    return analysis
  }

  close(): void {
    this.inspector.close()
  }
}

function read(text: string, strict: boolean): Analysis {
  try {
    return analyze(text, strict)
  } catch (error) {
    if (!strict || !(error instanceof UnreadableText)) throw error
    try {
      return analyze(text, false)
    } catch {
      throw error // what was wrong with it in strict mode is the better message
    }
  }
}
