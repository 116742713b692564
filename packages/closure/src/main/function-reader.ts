import type { Analysis } from './analyze.ts'
import { analyze } from './analyze.ts'
import { Inspector } from './inspector.ts'
import type { FunctionFacts, Location } from './inspector.ts'
import { TextCache } from '../protocol/text-cache.ts'
import { UnreadableText } from './parse-function.ts'
import { knownScriptUrl, scriptUrl } from './scripts.ts'

/** What stays true of a function as long as it lives. */
interface Remembered {
  readonly text: string
  analysis?: Analysis
  location?: Location | undefined
}

const remembered = new WeakMap<object, Remembered>()
const analyses = new TextCache<Analysis>(1000)

/**
 * Reads functions while one value is packed: text and analysis are remembered for good, captured variables are read anew for each pack.
 *
 * It must be closed, since it may have opened an inspector session.
 */
export class FunctionReader {
  readonly #inspector = new Inspector()
  readonly #facts = new Map<object, FunctionFacts>()
  readonly #constructors = new Set<object>()

  text(fn: object): string {
    return remember(fn).text
  }

  /** @throws UnreadableText */
  analysis(fn: object): Analysis {
    const memory = remember(fn)
    return (memory.analysis ??= analyzeOnce(memory.text, strictnessOf(fn, memory.text)))
  }

  /** @throws InspectorUnavailable */
  facts(fn: object): FunctionFacts {
    let facts = this.#facts.get(fn)
    if (facts === undefined) {
      facts = this.#inspector.read(fn)
      this.#facts.set(fn, facts)
      remember(fn).location = facts.location
    }
    return facts
  }

  /** The URL of the function's script, '' when it has none. May ask the inspector for all scripts. */
  url(fn: object): string {
    const location = remember(fn).location ?? this.facts(fn).location
    return location === undefined ? '' : scriptUrl(location.scriptId, this.#inspector)
  }

  /** Where the function's text stands, as far as that is known without much ado. */
  knownPlace(fn: object): { readonly url: string; readonly location: Location } | undefined {
    const { location } = remember(fn)
    const url = location === undefined ? undefined : knownScriptUrl(location.scriptId)
    return location === undefined || url === undefined || url === '' ? undefined : { url, location }
  }

  /** Notes that instances of `type` travel: whoever receives them must find the same class. */
  noteConstructor(type: object): void {
    this.#constructors.add(type)
  }

  isConstructor(fn: object): boolean {
    return this.#constructors.has(fn) || this.text(fn).startsWith('class')
  }

  close(): void {
    this.#inspector.close()
  }
}

function remember(fn: object): Remembered {
  let memory = remembered.get(fn)
  if (memory === undefined) remembered.set(fn, (memory = { text: Function.prototype.toString.call(fn) }))
  return memory
}

/** The engine does not say whether a function is strict. `likely`: not sloppy for certain. */
function strictnessOf(fn: object, text: string): 'strict' | 'likely' | 'sloppy' {
  if (text.startsWith('class')) return 'strict'
  return Object.hasOwn(fn, 'caller') ? 'sloppy' : 'likely'
}

function analyzeOnce(text: string, strictness: 'strict' | 'likely' | 'sloppy'): Analysis {
  return analyses.get(`${strictness === 'sloppy' ? 'sloppy' : 'strict'} ${text}`, () => {
    if (strictness !== 'likely') return analyze(text, strictness === 'strict')
    try {
      return analyze(text, true)
    } catch (error) {
      if (!(error instanceof UnreadableText)) throw error
      return analyze(text, false)
    }
  })
}
