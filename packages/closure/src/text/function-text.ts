import { classTable } from '../protocol/class-table.ts'
import { TextCache } from '../protocol/text-cache.ts'
import { type Analysis, analyze } from './analyze.ts'
import type { FreeVariable } from './free-variable.ts'
import type { OwnName } from './free-variables.ts'
import { UnreadableText } from './parse-function.ts'
import { scan, type Scanned } from './scan.ts'

/** What stays true of a function as long as it lives. */
interface Remembered {
  readonly text: string
  analysis: Analysis | undefined
}

const MAX_TEXTS = 1000
/** What the text of a function says, by text; texts are few, functions many. */
const analyses = new TextCache<Analysis>(MAX_TEXTS)
const remembered = new WeakMap<object, Remembered>()

function remember(fn: object): Remembered {
  let memory = remembered.get(fn)
  if (memory === undefined) {
    const text = classTable().revived(fn)?.members?.text ?? Function.prototype.toString.call(fn)
    remembered.set(fn, (memory = { text, analysis: undefined }))
  }
  return memory
}

/** The text of a function, which is remembered. */
export function textOf(fn: object): string {
  return remember(fn).text
}

export function isNativeText(text: string): boolean {
  return text.length < 400 && /\{\s*\[native code\]\s*\}\s*$/.test(text)
}

/** @throws UnreadableText when the text has no meaning outside of its place */
export function analysisOf(fn: object): Analysis {
  const memory = remember(fn)
  return (memory.analysis ??= firstAnalysis(fn, memory.text))
}

/** The same for a function that is known to stand in sloppy code. @throws UnreadableText */
export function sloppyAnalysisOf(fn: object): Analysis {
  const text = textOf(fn)
  return analyses.get(`sloppy ${text}`, () => read(text, false))
}

/**
 * The same for a function of which is known what its name is within it.
 *
 * @throws UnreadableText
 */
export function namedAnalysisOf(fn: object, strict: boolean, ownName: OwnName): Analysis {
  const text = textOf(fn)
  return analyses.get(`${strict ? 'strict' : 'sloppy'} ${ownName} ${text}`, () => analyze(text, strict, ownName))
}

function firstAnalysis(fn: object, text: string): Analysis {
  // Only a sloppy function has this property, up to Node 24; else text that is strict enough is taken for strict until
  // it matters.
  const sloppy = Object.hasOwn(fn, 'caller')
  return analyses.get(`${sloppy ? 'sloppy' : 'strict'} ${text}`, () => {
    const scanned = scan(text)
    return scanned === undefined ? read(text, !sloppy) : simple(text, !sloppy, scanned)
  })
}

/** How a text that was scanned uses a global variable. */
const usedGlobal: FreeVariable = {
  written: false,
  eager: false,
  needed: true,
  members: undefined,
  required: undefined,
  lostWrite: undefined,
  read: true,
}

function simple(text: string, strict: boolean, { globals, usesItself, anchor }: Scanned): Analysis {
  return {
    text,
    original: text,
    form: 'expression',
    strict,
    modeMatters: false,
    isClass: false,
    free: new Map(Array.from(globals, name => [name, usedGlobal] as const)),
    parts: [],
    methods: undefined,
    replacesItself: undefined,
    usesItself,
    usesImport: false,
    usesImportMeta: false,
    usesThis: false,
    bodyStart: undefined,
    anchor,
    members: undefined,
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
