import * as types from 'node:util/types'
import { findGlobal, findInModules, findInScript, isCertainGlobal, isGlobalFunction } from '../modules/builtins.ts'
import { declaredFor } from '../modules/explicit.ts'
import { moduleNode, moduleScope, valueOf } from '../modules/exports.ts'
import { classTable } from '../protocol/class-table.ts'
import * as m from '../protocol/message.ts'
import type { Node } from '../protocol/message.ts'
import { shownName } from '../protocol/names.ts'
import { type Analysis, outerThis } from '../text/analyze.ts'
import { isNativeText, textOf } from '../text/function-text.ts'
import type { FunctionFacts } from '../text/inspector.ts'
import { labelOf } from '../text/locate.ts'
import { nameOf, ownName } from '../text/name-of.ts'
import { templateOf } from '../text/templates.ts'
import { classCaptures, declaredCaptures, noteModuleVariables, readCaptures } from './captures.ts'
import { encodeOwn } from './encode-own.ts'
import type { Encoder } from './encoder.ts'
import { ownProperties, prototypeChanges } from './function-members.ts'
import { isInitializer, notePrepared } from './initializers.ts'
import { madeByUtil } from './made-by-util.ts'
import { staticFields } from './private-fields.ts'
import { step } from './refusal.ts'

/**
 * A function goes by what the user said of it, by reference to where workers have it too, or else by value. What costs
 * least is tried first.
 */
export function encodeFunction(encoder: Encoder, fn: object, index: number): Node {
  const imported = encoder.reader.exportedValue(fn) ?? encoder.imports?.get(fn)
  if (imported !== undefined) {
    if (isInitializer(fn)) notePrepared('all')
    if (isOwnModule(imported.url) && !types.isProxy(fn)) noteUses(encoder, fn, index)
    return moduleNode(imported)
  }
  if (types.isProxy(fn)) encoder.refuse(index, 'it is a Proxy, whose traps cannot be read')
  const name = nameOf(fn)
  const own = encodeOwn(fn, name)
  if (own !== undefined) return own
  const declared = declaredFor(fn)
  if (declared !== undefined) {
    if ('module' in declared) return [m.MODULE, 'esm', declared.module, [declared.name]]
    return encodeDeclared(encoder, declared.fn, declared.captures, index)
  }
  if (isGlobalFunction(fn, name)) return [m.BUILTIN, undefined, [name]]
  if (isNativeText(textOf(fn))) return encodeNative(encoder, fn, index)
  return encodeRead(encoder, fn, index)
}

function encodeNative(encoder: Encoder, fn: object, index: number): Node {
  const name = nameOf(fn)
  const builtin = findGlobal(fn) ?? findInModules(fn, name)
  if (builtin !== undefined) return [m.BUILTIN, builtin.module, builtin.path]
  const bound = name.startsWith('bound ') ? encoder.reader.facts(fn)?.bound : undefined
  if (bound !== undefined) {
    const args = bound.args.map((arg, i) => encoder.edge(arg, index, step(`(bound argument ${i})`)))
    return [
      m.BOUND,
      encoder.edge(bound.target, index, step('(bound function)')),
      encoder.edge(bound.self, index, step('(bound this)')),
      args,
    ]
  }
  return encoder.refuse(
    index,
    `it is the native function ${name || '(anonymous)'}, which neither a global nor a module of Node leads to`,
    'obtain it inside of the function',
  )
}

function encodeDeclared(
  encoder: Encoder,
  fn: object,
  captures: Readonly<Record<string, unknown>>,
  index: number,
): Node {
  const analysis = analysisOf(encoder, fn)
  if (analysis instanceof Error) return refuseText(encoder, fn, analysis, index)
  return byValue(encoder, fn, analysis, undefined, index, captures)
}

function encodeRead(encoder: Encoder, fn: object, index: number): Node {
  const analysis = analysisOf(encoder, fn)
  const isValue = !(analysis instanceof Error)
  const needsPlace = isValue && (analysis.usesImport || analysis.usesImportMeta)
  // Without free variables its meaning is its text. A class is more: it is one thing with the export that it is.
  if (
    isValue &&
    analysis.free.size === 0 &&
    analysis.obstacle === undefined &&
    !needsPlace &&
    !(analysis.strict && analysis.modeMatters) &&
    !encoder.reader.isConstructor(fn) &&
    !encoder.reader.isReplaced(fn, analysis) &&
    !(hasParts(fn) && encoder.reader.isOfPackage(fn))
  ) {
    // The place of a function that is sent alone is read when it throws: see `withPlace`.
    return byValue(encoder, fn, analysis, index === 0 ? undefined : encoder.reader.place(fn), index)
  }
  const builtin = findInModules(fn, nameOf(fn))
  if (builtin !== undefined) return [m.BUILTIN, builtin.module, builtin.path]
  const facts = encoder.reader.facts(fn)
  if (facts !== undefined) {
    const reference = byReference(encoder, fn, facts, index)
    if (reference !== undefined) {
      if (isInitializer(fn)) notePrepared('all')
      if (isValue) noteModuleVariables(encoder, analysis, facts, index, () => labelOf(fn))
      return reference
    }
  }
  if (!isValue) return refuseText(encoder, fn, analysis, index)
  if (facts === undefined) {
    const unknown = Array.from(analysis.free.keys(), shownName).filter(name => !isCertainGlobal(name))
    if (needsPlace) unknown.push(analysis.usesImport ? 'import()' : 'import.meta')
    if (unknown.length > 0) {
      const names = unknown.map(name => `\`${name}\``).join(', ')
      return encoder.refuse(
        index,
        `the inspector is not available, and the function ${labelOf(fn)} uses ${names}`,
        (isInspectorForbidden() ? 'start Node with --allow-inspector, or ' : '') +
          'name what it captures: withCaptures(fn, { … })',
      )
    }
  }
  if (facts === undefined) return byValue(encoder, fn, analysis, facts, index)
  const at = encoder.reader.analysisAt(fn, analysis, facts)
  if (!at.usesThis || at.obstacle !== undefined) return byValue(encoder, fn, at, facts, index)
  const withThis = encoder.reader.factsWithThis(fn, at, facts)
  return byValue(encoder, fn, withThis === undefined ? { ...at, obstacle: outerThis } : at, withThis, index)
}

/** What a package exports may be a function that all else of the package is a property of. */
function hasParts(fn: object): boolean {
  return Object.keys(fn).some(key => {
    const value: unknown = Object.getOwnPropertyDescriptor(fn, key)?.value
    return typeof value === 'function' || (typeof value === 'object' && value !== null)
  })
}

/** A module of the program itself. Functions of packages do not share variables with those that go by value. */
function isOwnModule(specifier: string): boolean {
  return /^(\.{0,2}\/|file:)/.test(specifier)
}

/** For a function that is imported: which variables of its module it uses. */
function noteUses(encoder: Encoder, fn: object, index: number): void {
  if (isNativeText(textOf(fn))) return
  const analysis = analysisOf(encoder, fn)
  const facts = encoder.reader.facts(fn)
  if (analysis instanceof Error || facts === undefined) return
  noteModuleVariables(encoder, analysis, facts, index, () => labelOf(fn))
}

function analysisOf(encoder: Encoder, fn: object): Analysis | Error {
  try {
    return encoder.reader.analysis(fn)
  } catch (error) {
    return error as Error
  }
}

function refuseText(encoder: Encoder, fn: object, error: Error, index: number): never {
  return encoder.refuse(index, `the function ${labelOf(fn)} cannot be sent: ${error.message}`, undefined, [], error)
}

function byReference(encoder: Encoder, fn: object, facts: FunctionFacts, index: number): Node | undefined {
  const place = encoder.reader.exportPlace(fn, facts)
  if (place !== undefined) return moduleNode(place)
  if (moduleScope(facts) !== undefined) return undefined
  const url = encoder.reader.url(facts)
  if (!url.startsWith('node:')) return undefined
  const builtin = findGlobal(fn) ?? findInScript(fn, url)
  if (builtin !== undefined) return [m.BUILTIN, builtin.module, builtin.path]
  const made = madeByUtil(encoder, fn, facts, url, index)
  if (made !== undefined) return made
  return encoder.refuse(
    index,
    `it is ${labelOf(fn)} of ${url}, internal to Node.js`,
    'obtain it inside of the function',
  )
}

function byValue(
  encoder: Encoder,
  fn: object,
  analysis: Analysis,
  facts: FunctionFacts | undefined,
  index: number,
  declared?: Readonly<Record<string, unknown>>,
): Node {
  const label = (): string => labelOf(fn)
  if (analysis.obstacle !== undefined) {
    return encoder.refuse(
      index,
      `the function ${label()} cannot be sent: ${analysis.obstacle.what}`,
      analysis.obstacle.hint,
    )
  }
  const { captures: variables, scope } =
    declared !== undefined
      ? { captures: declaredCaptures(encoder, analysis, declared, index, label), scope: undefined }
      : facts === undefined
        ? { captures: [], scope: undefined }
        : readCaptures(encoder, fn, analysis, facts, index, label)
  const effects = facts === undefined ? [] : encoder.reader.effects(facts)
  const captures = [...classCaptures(encoder, fn, analysis, index), ...variables]
  const statics = staticFields(encoder, fn, analysis.members?.statics ?? [], index)
  const url = facts === undefined ? '' : encoder.reader.url(facts)
  return [
    m.FUNCTION,
    encoder.template(
      templateOf(
        analysis,
        captures.map(([name]) => name),
        facts,
        url,
        effects,
      ),
    ),
    captures.map(([, edge]) => edge),
    ownName(fn),
    ownProperties(encoder, fn, analysis, index, statics),
    prototypeChanges(encoder, fn, analysis, index),
    encoder.reader.isConstructor(fn) ? classIdentity(fn, analysis, facts, statics) : undefined,
    parentOf(encoder, fn, analysis, index),
    scope,
  ]
}

/**
 * What a function inherits from: of a class in the old style the class above (`Object.setPrototypeOf(Derived, Base)`),
 * of an object that can be called what it has its methods from.
 */
function parentOf(encoder: Encoder, fn: object, analysis: Analysis, index: number): m.Prototype | undefined {
  const parent = Object.getPrototypeOf(fn) as object | null
  if (parent === Function.prototype || analysis.isClass) return undefined
  if (parent === null) return null
  return isOfEveryFunction(parent) ? undefined : encoder.prototypeEdge(parent, index)
}

/** Also those of another realm. */
function isOfEveryFunction(prototype: object): boolean {
  if (typeof prototype === 'function') return !types.isProxy(prototype) && isNativeText(textOf(prototype))
  const tag: unknown = types.isProxy(prototype)
    ? undefined
    : Object.getOwnPropertyDescriptor(prototype, Symbol.toStringTag)?.value
  return tag === 'AsyncFunction' || tag === 'GeneratorFunction' || tag === 'AsyncGeneratorFunction'
}

/**
 * Its id, and a version that changes when a variable that it captures or a static has another value than when it was
 * last sent.
 */
function classIdentity(
  fn: object,
  analysis: Analysis,
  facts: FunctionFacts | undefined,
  statics: readonly unknown[],
): readonly [id: string, version: number, isDefinedHere: boolean] {
  const state: unknown[] = [...statics]
  for (const name of analysis.free.keys()) {
    const level = facts?.scopes.find(
      ({ kind, variables }) => !kind.startsWith('Global') && Object.hasOwn(variables, name),
    )
    if (level !== undefined) state.push(valueOf(level.variables, name))
  }
  for (const key of Reflect.ownKeys(fn)) state.push(key, Object.getOwnPropertyDescriptor(fn, key)?.value)
  const table = classTable()
  return [...table.identify(fn, state), table.revived(fn) === undefined]
}

/** By `--permission`, in a Node that can allow it. */
function isInspectorForbidden(): boolean {
  const isRestricted = (process.permission as typeof process.permission | undefined) !== undefined
  return isRestricted && process.allowedNodeEnvironmentFlags.has('--allow-inspector')
}
