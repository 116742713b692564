import { findExportedValue } from '../modules/exported-values.ts'
import { type ExportPlace, findCommonJsExport, findExport, moduleScope } from '../modules/exports.ts'
import { TextCache } from '../protocol/text-cache.ts'
import { type Analysis, analyze } from '../text/analyze.ts'
import { type FunctionFacts, Inspector, InspectorUnavailable } from '../text/inspector.ts'
import { UnreadableText } from '../text/parse-function.ts'
import { scan, type Scanned } from '../text/scan.ts'
import { knownScriptUrl, scriptUrl } from '../text/scripts.ts'
import { isStrictAt } from '../text/strictness.ts'
import type { CapturedName } from './encoder.ts'

/** Facts of functions for as long as they may be taken for unchanged: one message. */
export type FactsCache = Map<object, FunctionFacts>

/** What stays true of a function as long as it lives. */
interface Remembered {
  readonly text: string
  analysis: Analysis | undefined
  /** Where it is exported; null: nowhere. */
  place: ExportPlace | null | undefined
}

const MAX_TEXTS = 1000
/** What the text of a function says, by text; texts are few, functions many. */
const analyses = new TextCache<Analysis>(MAX_TEXTS)
const remembered = new WeakMap<object, Remembered>()

/** Objects that cannot be sent, but imported. */
const exportedValues = new WeakMap<object, ExportPlace>()

function remember(fn: object): Remembered {
  let memory = remembered.get(fn)
  if (memory === undefined) {
    remembered.set(fn, (memory = { text: Function.prototype.toString.call(fn), analysis: undefined, place: undefined }))
  }
  return memory
}

export const textOf = (fn: object): string => remember(fn).text

export function isNativeText(text: string): boolean {
  return text.length < 400 && /\{\s*\[native code\]\s*\}\s*$/.test(text)
}

/**
 * Reads functions for one value: their text, which is remembered, and what the inspector says of them, which is read
 * anew for each message because variables change. Close it at the end.
 */
export class FunctionReader {
  readonly inspector: Inspector = new Inspector()
  readonly #facts: FactsCache
  readonly #constructors = new Set<object>()

  constructor(facts: FactsCache = new Map()) {
    this.#facts = facts
  }

  /** Someone is an instance of `type`, which may be a function that does not look like a class. */
  noteConstructor(type: object): void {
    this.#constructors.add(type)
  }

  isConstructor(type: object): boolean {
    return this.#constructors.has(type) || textOf(type).startsWith('class')
  }

  /** Undefined when the inspector is not available. */
  facts(fn: object): FunctionFacts | undefined {
    const known = this.#facts.get(fn)
    if (known !== undefined) return known
    try {
      const facts = this.inspector.read(fn)
      this.#facts.set(fn, facts)
      return facts
    } catch (error) {
      if (error instanceof InspectorUnavailable) return undefined
      throw error
    }
  }

  /** The URL of a function's script, '' when it has none. May have to ask the inspector for all scripts. */
  url(facts: FunctionFacts): string {
    return facts.location === undefined ? '' : scriptUrl(facts.location.scriptId, this.inspector)
  }

  /** The same, '' also when it takes long to find out. */
  knownUrl(facts: FunctionFacts): string {
    return facts.location === undefined ? '' : (knownScriptUrl(facts.location.scriptId) ?? '')
  }

  /** The export of a module, other than the main one, that `fn` is. */
  exportPlace(fn: object, facts: FunctionFacts): ExportPlace | undefined {
    const memory = remember(fn)
    memory.place ??= findExport(fn, facts, this.inspector) ?? findCommonJsExport(fn, facts, this.inspector) ?? null
    return memory.place ?? undefined
  }

  /**
   * Notes which of the values that led to a refusal some module exports, innermost first.
   *
   * @returns whether there was one
   */
  noteImports(candidates: Iterable<{ readonly value: unknown; readonly captured: CapturedName }>): boolean {
    for (const { value, captured } of candidates) {
      const found = findExportedValue(value, captured, this.inspector)
      if (found === undefined) continue
      exportedValues.set(value as object, found)
      return true
    }
    return false
  }

  /** The export that an object is that cannot be sent. */
  exportedValue(value: object): ExportPlace | undefined {
    return exportedValues.get(value)
  }

  /** @throws UnreadableText when the text has no meaning outside of its place */
  analysis(fn: object): Analysis {
    const memory = remember(fn)
    return (memory.analysis ??= analysisOf(fn, memory.text))
  }

  /**
   * The same for a function that stands at `facts`: whether an arrow function or a method is strict is seen only in the
   * text around it, which takes long to get and matters rarely.
   *
   * @throws UnreadableText
   */
  analysisAt(fn: object, analysis: Analysis, facts: FunctionFacts): Analysis {
    const { location } = facts
    if (
      !analysis.strict ||
      !analysis.modeMatters ||
      location === undefined ||
      moduleScope(facts) !== undefined ||
      isStrictAt(location, this.inspector)
    ) {
      return analysis
    }
    return analyses.get(`sloppy ${textOf(fn)}`, () => read(textOf(fn), false))
  }

  close(): void {
    this.inspector.close()
  }
}

function analysisOf(fn: object, text: string): Analysis {
  // Only a sloppy function has this property, up to Node 24; else text that is strict enough is taken for strict until
  // it matters.
  const sloppy = Object.hasOwn(fn, 'caller')
  return analyses.get(`${sloppy ? 'sloppy' : 'strict'} ${text}`, () => {
    const scanned = scan(text)
    return scanned === undefined ? read(text, !sloppy) : simple(text, !sloppy, scanned)
  })
}

function simple(text: string, strict: boolean, { globals, anchor }: Scanned): Analysis {
  return {
    text,
    form: 'expression',
    strict,
    modeMatters: false,
    isClass: false,
    free: new Map(
      Array.from(globals, name => [name, { written: false, eager: false, needed: true, members: undefined }] as const),
    ),
    parts: [],
    methods: undefined,
    usesImport: false,
    usesImportMeta: false,
    anchor,
    privateMember: undefined,
    obstacle: undefined,
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
