import { isGeneratorFunction } from 'node:util/types'
import { isDeclarationAt } from '../modules/declarations.ts'
import { effectImports, type OrderedImport } from '../modules/effects.ts'
import { type CapturedName, findExportedValue } from '../modules/exported-values.ts'
import { type ExportPlace, findCommonJsExport, findExport, moduleScope, valueOf } from '../modules/exports.ts'
import { findEntry } from '../modules/find-entry.ts'
import { findBinding, findDeclared } from '../modules/find-import.ts'
import { sourceOf } from '../modules/source-of.ts'
import { thisName } from '../protocol/names.ts'
import type { Analysis } from '../text/analyze.ts'
import { analysisOf, namedAnalysisOf, sloppyAnalysisOf, textOf } from '../text/function-text.ts'
import {
  type FunctionFacts,
  Inspector,
  InspectorUnavailable,
  type PrivateOfObject,
  type ScopeLevel,
} from '../text/inspector.ts'
import { nameOf } from '../text/name-of.ts'
import { type Arrow, readReceiver } from '../text/receiver.ts'
import { knownScriptUrl, scriptUrl } from '../text/scripts.ts'
import { isStrictAt } from '../text/strictness.ts'

/** Facts of functions for as long as they may be taken for unchanged: one message. */
export type FactsCache = Map<object, FunctionFacts>

/** Where functions are exported; null: nowhere. */
const exportPlaces = new WeakMap<object, ExportPlace | null>()
/** What is imported instead of being sent. */
const exportedValues = new WeakMap<object, ExportPlace>()

/** The kind of a level that has the `this` of an arrow function. */
const THIS = 'This'
const receivers = new WeakMap<object, ScopeLevel>()

/** Of functions that capture nothing. */
const places = new WeakMap<object, FunctionFacts>()

/**
 * Reads functions for one value: their text, which is remembered, and what the inspector says of them, which is read
 * anew for each message because variables change. Close it at the end.
 */
export class FunctionReader {
  readonly inspector: Inspector = new Inspector()
  readonly #facts: FactsCache
  #constructors: Set<object> | undefined
  /** The variables of modules, by script. */
  #modules: Map<string, ScopeLevel> | undefined

  constructor(facts: FactsCache = new Map()) {
    this.#facts = facts
  }

  /** Someone is an instance of `type`, which may be a function that does not look like a class. */
  noteConstructor(type: object): void {
    ;(this.#constructors ??= new Set()).add(type)
  }

  isConstructor(type: object): boolean {
    return this.#constructors?.has(type) === true || textOf(type).startsWith('class') || looksLikeClass(type)
  }

  /** Undefined when the inspector is not available. */
  facts(fn: object): FunctionFacts | undefined {
    const known = this.#facts.get(fn)
    if (known !== undefined) return known
    try {
      const facts = this.#withOneModule(this.inspector.read(fn))
      this.#facts.set(fn, facts)
      return facts
    } catch (error) {
      if (error instanceof InspectorUnavailable) return undefined
      throw error
    }
  }

  /** Each function of a module was read with a copy of all its variables: one is kept. */
  #withOneModule(facts: FunctionFacts): FunctionFacts {
    const { location, scopes } = facts
    const module = scopes.find(({ kind }) => kind.startsWith('Module'))
    if (location === undefined || module === undefined) return facts
    const known = this.#modules?.get(location.scriptId)
    if (known === undefined) {
      ;(this.#modules ??= new Map()).set(location.scriptId, module)
      return facts
    }
    return { ...facts, scopes: scopes.map(level => (level === module ? known : level)) }
  }

  /**
   * The same, with the `this` of the code around an arrow function as one more variable; undefined when it cannot be
   * read.
   */
  factsWithThis(arrow: object, analysis: Analysis, facts: FunctionFacts): FunctionFacts | undefined {
    try {
      // It never changes.
      let level = receivers.get(arrow)
      if (level === undefined) {
        level = { kind: THIS, variables: { [thisName]: readReceiver({ fn: arrow as Arrow['fn'], analysis, facts }) } }
        receivers.set(arrow, level)
      }
      return { ...facts, scopes: [level, ...facts.scopes] }
    } catch (error) {
      if (error instanceof InspectorUnavailable) return undefined
      throw error
    }
  }

  /** The private fields of an object, or of a class its static ones; undefined without the inspector. */
  privateFields(object: object): PrivateOfObject['fields'] | undefined {
    try {
      return this.inspector.readPrivate(object).fields
    } catch (error) {
      if (error instanceof InspectorUnavailable) return undefined
      throw error
    }
  }

  /** Of a WeakMap or WeakSet; undefined without the inspector. */
  entries(weak: object): ReturnType<Inspector['readEntries']> | undefined {
    try {
      return this.inspector.readEntries(weak)
    } catch (error) {
      if (error instanceof InspectorUnavailable) return undefined
      throw error
    }
  }

  /** Where a function stands that captures nothing; that never changes. */
  place(fn: object): FunctionFacts | undefined {
    let facts = places.get(fn)
    if (facts === undefined) {
      const { location, bound } = this.facts(fn) ?? {}
      places.set(fn, (facts = { location, bound, scopes: [] }))
    }
    return facts
  }

  /** The URL of a function's script, '' when it has none. May have to ask the inspector for all scripts. */
  url(facts: FunctionFacts): string {
    return facts.location === undefined ? '' : scriptUrl(facts.location.scriptId, this.inspector)
  }

  /** The same, '' also when it takes long to find out. */
  knownUrl(facts: FunctionFacts): string {
    return facts.location === undefined ? '' : (knownScriptUrl(facts.location.scriptId) ?? '')
  }

  /** Whether it stands in a file of an installed package. */
  isOfPackage(fn: object): boolean {
    const facts = this.facts(fn)
    return facts !== undefined && this.url(facts).includes('/node_modules/')
  }

  /** The export of a module, other than the main one, that `fn` is. */
  exportPlace(fn: object, facts: FunctionFacts): ExportPlace | undefined {
    let place = exportPlaces.get(fn)
    if (place === undefined) {
      place =
        findEntry(fn, this.url(facts), this.inspector) ??
        findExport(fn, facts, this.inspector) ??
        findCommonJsExport(fn, facts, this.inspector) ??
        null
      exportPlaces.set(fn, place)
    }
    return place ?? undefined
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

  /** The export that a value is which is imported instead of being sent. */
  exportedValue(value: object): ExportPlace | undefined {
    return exportedValues.get(value)
  }

  /** The packages that the module of a function imports for their effects. */
  effects(facts: FunctionFacts): readonly OrderedImport[] {
    const { location } = facts
    if (location === undefined || moduleScope(facts) === undefined) return []
    const url = this.url(facts)
    return url.startsWith('file:') ? effectImports(url, location.scriptId, this.inspector) : []
  }

  /** See {@link findBinding}. */
  binding(name: string, facts: FunctionFacts): ReturnType<typeof findBinding> {
    return findBinding(name, facts, this.inspector)
  }

  /** See {@link findDeclared}. */
  declaredImport(variable: Parameters<typeof findDeclared>[0]): ExportPlace | undefined {
    return findDeclared(variable, this.inspector)
  }

  /**
   * Whether a function uses its own name, and that is a variable of the code around it which has got another value, as
   * only that of a declaration can.
   */
  isReplaced(fn: object, { usesItself: name }: Analysis): boolean {
    const facts = name === undefined ? undefined : this.facts(fn)
    if (name === undefined || facts?.location === undefined) return false
    const variables = levelWith(name, facts)?.variables
    if (variables === undefined || valueOf(variables, name) === fn) return false
    const source = sourceOf(this.url(facts), facts.location.scriptId, moduleScope(facts) !== undefined, this.inspector)
    return source !== null && isDeclarationAt(source.program, source.text, facts.location)
  }

  /** @throws UnreadableText when the text has no meaning outside of its place */
  analysis(fn: object): Analysis {
    return analysisOf(fn)
  }

  /**
   * The same for a function that stands at `facts`: whether an arrow function or a method is strict is seen only in the
   * text around it, which takes long to get and matters rarely.
   *
   * @throws UnreadableText
   */
  analysisAt(fn: object, before: Analysis, facts: FunctionFacts): Analysis {
    const { replacesItself: name } = before
    const analysis =
      name === undefined
        ? this.isReplaced(fn, before)
          ? namedAnalysisOf(fn, before.strict, 'variable')
          : before
        : levelWith(name, facts) === undefined
          ? namedAnalysisOf(fn, before.strict, 'own')
          : before
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
    return sloppyAnalysisOf(fn)
  }

  close(): void {
    this.inspector.close()
  }
}

/** The scope of the program that has the variable. */
function levelWith(name: string, { scopes }: FunctionFacts): ScopeLevel | undefined {
  return scopes.find(({ kind, variables }) => !kind.startsWith('Global') && Object.hasOwn(variables, name))
}

/** A function that is a class in the old style: something was put on its prototype, or is inherited. */
function looksLikeClass(fn: object): boolean {
  const prototype: unknown = Object.getOwnPropertyDescriptor(fn, 'prototype')?.value
  if (typeof prototype !== 'object' || prototype === null || isGeneratorFunction(fn)) return false
  return (
    Object.getPrototypeOf(prototype) !== Object.prototype ||
    Reflect.ownKeys(prototype).some(key => key !== 'constructor') ||
    (/^[A-Z]/.test(nameOf(fn)) && /\bthis\.[\w$]+\s*=[^=]/.test(textOf(fn)))
  )
}
