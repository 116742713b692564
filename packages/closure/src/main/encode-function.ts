import { types } from 'node:util'
import * as core from '@manyhands/core'
import { CORE_TAG } from '../protocol/tags.ts'
import * as m from '../protocol/message.ts'
import type { Edge, Node, Properties, Prototype, Template } from '../protocol/message.ts'
import { classTable } from '../protocol/class-table.ts'
import type { Analysis } from './analyze.ts'
import { findGlobal, findInModules, findInScript, isBuiltinGlobal } from './builtins.ts'
import type { Encoder } from './encoder.ts'
import { declaredFor } from './explicit.ts'
import { findCommonJsExport, findExport, isRequire } from './exports.ts'
import { isNativeText, textOf } from './function-reader.ts'
import { InspectorUnavailable } from './inspector.ts'
import type { FunctionFacts, ScopeLevel } from './inspector.ts'
import { step } from './refusal.ts'

type Fn = (...args: never[]) => unknown

const notOwn = new Set<string | symbol>(['length', 'name', 'prototype', 'arguments', 'caller'])
const viteImport = /^__vi(te_ssr)?_import_\d+__$/
const viteMeta = /^__vi(te_ssr)?_import_meta__$/
const viteDynamic = /^__vi(te_ssr)?_dynamic_import__$/

const ofCore = new Map<unknown, string>(Object.entries(core).flatMap(([name, value]) => (typeof value === 'function' ? [[value, name] as const] : [])))

export function encodeFunction(encoder: Encoder, fn: object, index: number): Node {
  const place = findGlobal(fn)
  if (place !== undefined) return [m.BUILTIN, place.module, place.path]
  if (types.isProxy(fn)) encoder.refuse(index, 'it is a Proxy, whose traps cannot be read')
  const coreName = ofCore.get(fn)
  if (coreName !== undefined) return [m.ORIGIN, CORE_TAG, '', coreName]
  if (Object.hasOwn(fn, core.origin)) {
    const { tag, module, name } = (fn as unknown as { readonly [core.origin]: core.Origin })[core.origin]
    return [m.ORIGIN, tag, module, name]
  }
  const declared = declaredFor(fn)
  if (declared !== undefined) {
    if ('module' in declared) return [m.MODULE, 'esm', declared.module, [declared.name]]
    return encodeByValue(encoder, declared.fn as Fn, index, { kind: 'declared', captures: declared.captures })
  }
  const native = isNativeText(textOf(fn))
  if (native) return encodeNative(encoder, fn as Fn, index)
  return encodeByValue(encoder, fn as Fn, index, { kind: 'read' })
}

function encodeNative(encoder: Encoder, fn: Fn, index: number): Node {
  const builtin = findInModules(fn, fn.name)
  if (builtin !== undefined) return [m.BUILTIN, builtin.module, builtin.path]
  if (fn.name.startsWith('bound ')) {
    const { bound } = encoder.reader.facts(fn)
    if (bound !== undefined) {
      return [m.BOUND, encoder.edge(bound.target, index, step('(bound function)')), encoder.edge(bound.self, index, step('(bound this)')), bound.args.map((arg, i) => encoder.edge(arg, index, step(`(bound argument ${i})`)))]
    }
  }
  return encoder.refuse(index, `it is the native function ${fn.name || '(anonymous)'}, which neither a global nor a module of Node leads to`, 'obtain it inside of the function')
}

type Source = { readonly kind: 'read' } | { readonly kind: 'declared'; readonly captures: Readonly<Record<string, unknown>> }

function encodeByValue(encoder: Encoder, fn: Fn, index: number, source: Source): Node {
  const label = fn.name || '(anonymous)'
  let analysis: Analysis
  let facts: FunctionFacts | undefined
  const isClassText = textOf(fn).startsWith('class')
  try {
    if (isClassText && source.kind === 'read') {
      // A class that a module exports is one thing with that export, however little it uses.
      facts = readFacts(encoder, fn)
      const reference = facts && byReference(encoder, fn, facts)
      if (reference !== undefined) return reference
    }
    analysis = encoder.reader.analysis(fn)
  } catch (error) {
    if (error instanceof core.SerializationError) throw error
    facts ??= readFacts(encoder, fn)
    const reference = facts && byReference(encoder, fn, facts)
    if (reference !== undefined) return reference
    return encoder.refuse(index, `the function ${label} cannot be sent: ${(error as Error).message}`, undefined, [], error)
  }
  const needsPlace = analysis.usesImport || analysis.usesImportMeta
  let url = ''
  if (source.kind === 'read' && (analysis.free.size > 0 || needsPlace || analysis.obstacle !== undefined)) {
    facts ??= readFacts(encoder, fn)
    if (facts === undefined) {
      const unknown = [...analysis.free.keys()].filter(name => !isBuiltinGlobal(name))
      if (unknown.length > 0 || needsPlace) {
        return encoder.refuse(index, `the inspector is not available, and the function ${label} uses ${unknown.map(name => `\`${name}\``).join(', ')}`, 'name what it captures: withCaptures(fn, { … })')
      }
    } else {
      const reference = byReference(encoder, fn, facts)
      if (reference !== undefined) return reference
      url = encoder.reader.url(facts)
      if (url.startsWith('node:')) {
        const builtin = findInScript(fn, url)
        if (builtin !== undefined) return [m.BUILTIN, builtin.module, builtin.path]
        return encoder.refuse(index, `it is ${label} of ${url}, internal to Node.js`, 'obtain it inside of the function')
      }
    }
  }
  if (analysis.obstacle !== undefined) return encoder.refuse(index, `the function ${label} cannot be sent: ${analysis.obstacle.what}`, analysis.obstacle.hint)
  const captures = source.kind === 'declared' ? declaredCaptures(encoder, analysis, source.captures, index, label) : readCaptures(encoder, analysis, facts, url, index, label)
  const names = captures.map(([name]) => name)
  const template: Template = encoder.internTemplate({
    text: analysis.text,
    form: analysis.form,
    strict: analysis.strict,
    isClass: analysis.isClass,
    names,
    eager: names.flatMap((name, i) => (analysis.free.get(name)?.eager === true ? [i] : [])),
    url,
    line: facts?.location?.lineNumber ?? 0,
    column: facts?.location?.columnNumber ?? 0,
    usesImport: analysis.usesImport,
    usesImportMeta: analysis.usesImportMeta,
  })
  return [
    m.FUNCTION,
    encoder.template(template),
    captures.map(([, edge]) => edge),
    fn.name,
    ownProperties(encoder, fn, analysis, index),
    prototypeChanges(encoder, fn, analysis, index),
    analysis.isClass || encoder.reader.isConstructor(fn) ? classTable().idOf(fn) : undefined,
  ]
}

function readFacts(encoder: Encoder, fn: Fn): FunctionFacts | undefined {
  try {
    return encoder.reader.facts(fn)
  } catch (error) {
    if (error instanceof InspectorUnavailable) return undefined
    throw error
  }
}

function byReference(encoder: Encoder, fn: Fn, facts: FunctionFacts): Node | undefined {
  const place = findExport(fn, facts, encoder.reader.inspector) ?? findCommonJsExport(fn)
  return place === undefined ? undefined : [m.MODULE, place.type, place.url, place.path]
}

type Capture = readonly [name: string, edge: Edge]

function declaredCaptures(encoder: Encoder, analysis: Analysis, captures: Readonly<Record<string, unknown>>, index: number, label: string): Capture[] {
  const missing = [...analysis.free.keys()].filter(name => !Object.hasOwn(captures, name) && !isBuiltinGlobal(name))
  if (missing.length > 0) encoder.refuse(index, `the function ${label} uses ${missing.map(name => `\`${name}\``).join(', ')}, which its captures do not name`, 'add them to withCaptures')
  return [...analysis.free.keys()].filter(name => Object.hasOwn(captures, name)).map(name => [name, encoder.edge(captures[name], index, step(`captured variable \`${name}\` of ${label}`))])
}

function readCaptures(encoder: Encoder, analysis: Analysis, facts: FunctionFacts | undefined, url: string, index: number, label: string): Capture[] {
  const captures: Capture[] = []
  if (facts === undefined) return captures
  for (const [name, use] of analysis.free) {
    const level = facts.scopes.find(({ kind, variables }) => (kind.startsWith('Global') ? name in variables : Object.hasOwn(variables, name)))
    if (level === undefined) continue // not declared anywhere: it stays free
    const isGlobal = level.kind.startsWith('Global')
    if (isGlobal && isBuiltinGlobal(name)) continue
    const by = step(`captured variable \`${name}\` of ${label}`)
    const value = read(encoder, level, name, index, by)
    if (!isGlobal && facts.location !== undefined) {
      encoder.sharedVariables.add(facts.location.scriptId, name, level, use.written, label, () => [...encoder.path(index), by])
    }
    captures.push([name, captureEdge(encoder, name, value, use.members, url, index, by)])
  }
  return captures
}

function captureEdge(encoder: Encoder, name: string, value: unknown, members: ReadonlySet<string> | undefined, url: string, index: number, by: ReturnType<typeof step>): Edge {
  const tool = isRequire(value) ? 'require' : viteMeta.test(name) ? 'import.meta' : viteDynamic.test(name) ? 'import' : undefined
  if (tool !== undefined) return encoder.ownNode(() => [m.MODULE_TOOL, tool, url], index, by)
  // Of a module only what is used: this makes bundles and transformed modules work, whose imports are objects.
  if (members === undefined || !(viteImport.test(name) || name === 'exports' || isModuleLike(value))) return encoder.edge(value, index, by)
  const used = [...members].filter(member => member in (value as object))
  return encoder.ownNode(
    own => {
      const values = used.map(member => encoder.edge((value as Readonly<Record<string, unknown>>)[member], own, member))
      return [m.OBJECT, 0, 0, [used, values]]
    },
    index,
    by,
  )
}

function isModuleLike(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || types.isProxy(value)) return false
  return types.isModuleNamespaceObject(value) || Object.hasOwn(value, '__esModule') || (value as Readonly<Record<symbol, unknown>>)[Symbol.toStringTag] === 'Module'
}

function read(encoder: Encoder, level: ScopeLevel, name: string, index: number, by: ReturnType<typeof step>): unknown {
  try {
    return level.variables[name]
  } catch (cause) {
    return encoder.refuse(index, 'it has no value yet', 'send the function after the line that declares it', [by], cause)
  }
}

function ownProperties(encoder: Encoder, fn: Fn, analysis: Analysis, index: number): Properties | 0 {
  const ofText = analysis.isClass ? isOfText(fn, fn) : () => false
  const skip = (key: string | symbol): boolean => notOwn.has(key) || ofText(key)
  return Reflect.ownKeys(fn).every(skip) ? 0 : encoder.properties(fn, index, skip)
}

/** Members of a class that its text makes again. */
function isOfText(type: Fn, holder: object): (key: string | symbol) => boolean {
  const text = textOf(type)
  const made = (member: unknown): boolean => typeof member === 'function' && text.includes(textOf(member))
  return key => {
    const descriptor = Object.getOwnPropertyDescriptor(holder, key)
    if (descriptor === undefined || descriptor.enumerable === true) return false
    if (descriptor.get !== undefined || descriptor.set !== undefined) return (descriptor.get === undefined || made(descriptor.get)) && (descriptor.set === undefined || made(descriptor.set))
    return made(descriptor.value)
  }
}

function prototypeChanges(encoder: Encoder, fn: Fn, analysis: Analysis, index: number): readonly [Prototype, Properties] | 0 {
  const prototype: unknown = Object.hasOwn(fn, 'prototype') ? fn.prototype : undefined
  if (typeof prototype !== 'object' || prototype === null) return 0
  const ofText = analysis.isClass ? isOfText(fn, prototype) : () => false
  const skip = (key: string | symbol): boolean => key === 'constructor' || ofText(key)
  const above = Object.getPrototypeOf(prototype) as object | null
  const standard = analysis.isClass || types.isGeneratorFunction(fn) || above === Object.prototype
  if (standard && Reflect.ownKeys(prototype).every(skip)) return 0
  return [standard ? 0 : above === null ? null : encoder.prototypeEdge(above, index), encoder.properties(prototype, index, skip)]
}
