import * as types from 'node:util/types'
import { isBuiltinGlobal } from '../modules/builtins.ts'
import type { CapturedName } from '../modules/exported-values.ts'
import { isCommonJsModule, isRequire } from '../modules/exports.ts'
import * as m from '../protocol/message.ts'
import type { Edge, ModuleTool } from '../protocol/message.ts'
import { shownName, thisName } from '../protocol/names.ts'
import type { Analysis } from '../text/analyze.ts'
import type { FreeVariable } from '../text/free-variable.ts'
import { textOf } from '../text/function-text.ts'
import type { FunctionFacts, ScopeLevel } from '../text/inspector.ts'
import { pathOf } from '../text/scripts.ts'
import { withAddedMembers } from './added-members.ts'
import { bundleRequire } from './bundle-require.ts'
import type { Encoder } from './encoder.ts'
import { FunctionScopes } from './function-scopes.ts'
import { noteImport } from './imports.ts'
import { isInitializer } from './initializers.ts'
import { step, type Step } from './refusal.ts'

/** What errors call a function; it may take long to find out. */
export type Label = () => string

/** A captured variable and where its value is. */
export type Capture = readonly [name: string, edge: Edge]

/** Names that vite gives to the imports, `import.meta` and `import()` of a module that it transforms. */
const viteImport = /^__vi(te_ssr)?_import_\d+__$/
const viteMeta = /^__vi(te_ssr)?_import_meta__$/
const viteDynamic = /^__vi(te_ssr)?_dynamic_import__$/

/** The values that the user said a function captures. */
export function declaredCaptures(
  encoder: Encoder,
  analysis: Analysis,
  captures: Readonly<Record<string, unknown>>,
  index: number,
  label: Label,
): Capture[] {
  const names = [...analysis.free.keys()]
  const missing = names.filter(name => !Object.hasOwn(captures, shownName(name)) && !isBuiltinGlobal(name))
  if (missing.length > 0) {
    const shown = missing.map(name => `\`${shownName(name)}\``).join(', ')
    encoder.refuse(
      index,
      `the function ${label()} uses ${shown}, which its captures do not name`,
      'add them to withCaptures',
    )
  }
  return names
    .filter(name => Object.hasOwn(captures, shownName(name)))
    .map(name => [name, encoder.edge(captures[shownName(name)], index, capturedStep(name, label))])
}

/** What is read from a class instead of being evaluated again. */
export function classCaptures(encoder: Encoder, type: object, analysis: Analysis, index: number): Capture[] {
  return analysis.parts.map(part => [part.name, encoder.edge(part.read(type), index, step(part.label))])
}

/** The values of the variables that a function uses, as they are now. */
export function readCaptures(
  encoder: Encoder,
  user: object,
  analysis: Analysis,
  facts: FunctionFacts,
  index: number,
  label: Label,
): { readonly captures: readonly Capture[]; readonly scope: m.Reference | undefined } {
  const captures: Capture[] = []
  const scopes = encoder.cells === undefined ? undefined : new FunctionScopes(encoder, encoder.cells, facts)
  for (const [name, use] of analysis.free) {
    const level = facts.scopes.find(({ kind, variables }) =>
      kind.startsWith('Global') ? name in variables : Object.hasOwn(variables, name),
    )
    if (level === undefined) {
      // Only used while the class was made, the variable is gone when nothing else uses it.
      if (use.eager && !(name in globalThis)) {
        encoder.refuse(
          index,
          `the class ${label()} uses \`${name}\` for the name of a field, and its value cannot be read any more`,
          'export the class from a module other than the main one',
        )
      }
      continue // not declared anywhere: it stays free
    }
    const isGlobal = level.kind.startsWith('Global')
    if (isGlobal && isBuiltinGlobal(name)) {
      const used = { name, members: use.members, text: analysis.original, facts }
      const own = withAddedMembers(encoder, used, index, () => capturedStep(name, label))
      if (own !== undefined) captures.push([name, own])
      continue
    }
    const by = capturedStep(name, label)
    const value = read(encoder, level, name, index, by)
    if (!isGlobal && scopes?.shares(level, name) === true) continue
    // The value that a helper returns may be looked at.
    if (use.lostWrite !== undefined && !use.read && !isGlobal && !(use.lostWrite.isBody && index > 0)) {
      encoder.noteLostWrite({ name, value, write: use.lostWrite, analysis, facts, label })
    }
    if (!isGlobal && facts.location !== undefined) {
      encoder.sharedVariables.add(facts.location.scriptId, name, {
        facts,
        level,
        eager: use.eager,
        written: use.written,
        user: label,
        path: () => [...encoder.path(index), by],
        cure: () => encoder.cureOf(index),
        byReference: false,
        byInitializer: isInitializer(user),
      })
    }
    captures.push([name, captureEdge(encoder, { name, value, use, facts, level, user, index, by })])
  }
  return { captures, scope: scopes?.reference(index) }
}

/**
 * Notes which variables of its module a function uses that goes by reference: those that go by value have copies of
 * them.
 */
export function noteModuleVariables(
  encoder: Encoder,
  analysis: Analysis,
  facts: FunctionFacts,
  index: number,
  label: Label,
): void {
  const level = facts.scopes.find(({ kind }) => kind.startsWith('Module'))
  if (level === undefined || facts.location === undefined) return
  for (const [name, { written }] of analysis.free) {
    if (!Object.hasOwn(level.variables, name)) continue
    encoder.sharedVariables.add(facts.location.scriptId, name, {
      facts,
      level,
      eager: false,
      written,
      user: label,
      path: () => [...encoder.path(index), capturedStep(name, label)],
      cure: () => encoder.cureOf(index),
      byReference: true,
      byInitializer: false,
    })
  }
}

const capturedStep = (name: string, label: Label): Step => ({
  get text() {
    return name === thisName ? `\`this\` of ${label()}` : `captured variable \`${name}\` of ${label()}`
  },
})

interface CapturedValue {
  readonly name: string
  readonly value: unknown
  readonly use: FreeVariable
  readonly facts: FunctionFacts
  readonly level: ScopeLevel
  readonly user: object
  readonly index: number
  readonly by: Step
}

function captureEdge(encoder: Encoder, captured: CapturedValue): Edge {
  const { name, value, use, facts, index, by } = captured
  const { members, required } = use
  const tool = toolOf(encoder, captured)
  if (tool !== undefined) {
    const url = encoder.reader.url(facts)
    return encoder.ownNode(() => [m.MODULE_TOOL, tool, url], index, by)
  }
  if (noteImport(encoder, captured)) return encoder.edge(value, index, by)
  const modules = required === undefined ? undefined : bundleRequire(encoder, value, required)
  if (modules !== undefined) return encoder.ownNode(modules, index, by)
  // Of a module only what is used: this makes bundles and transformed modules work, whose imports are objects.
  if (members === undefined || !(viteImport.test(name) || name === 'exports' || isModuleLike(value))) {
    return noted(encoder, encoder.edge(value, index, by), { facts, name })
  }
  const used = withMembersOfThis(encoder, value as object, members)
  return encoder.ownNode(
    own => {
      const values = used.map(member =>
        noted(encoder, encoder.edge(readMember(encoder, value as object, member, own), own, member), {
          facts,
          name,
          member,
        }),
      )
      return [m.OBJECT, 0, 0, [used, values]]
    },
    index,
    by,
  )
}

/** What a worker has for each module of its own. The name that vite gives to it is not enough. */
function toolOf(encoder: Encoder, { name, value, facts }: CapturedValue): ModuleTool | undefined {
  if (isRequire(value)) return 'require'
  if (viteMeta.test(name)) {
    if (typeof value !== 'object' || value === null || types.isProxy(value)) return undefined
    const url: unknown = Object.getOwnPropertyDescriptor(value, 'url')?.value
    const own = pathOf(encoder.reader.url(facts))
    return typeof url === 'string' && (own === undefined || own === pathOf(url)) ? 'import.meta' : undefined
  }
  if (!viteDynamic.test(name) || typeof value !== 'function' || types.isProxy(value)) return undefined
  return encoder.reader.facts(value)?.location?.scriptId === facts.location?.scriptId ? undefined : 'import'
}

/** Members of a module that a function uses, and those that these use of it as `this`. */
function withMembersOfThis(encoder: Encoder, owner: object, members: ReadonlySet<string>): readonly string[] {
  const used = new Set([...members].filter(member => member in owner))
  for (const member of used) {
    const value: unknown = Object.getOwnPropertyDescriptor(owner, member)?.value
    if (typeof value !== 'function' || types.isProxy(value)) continue
    for (const [, name] of textOf(value).matchAll(/\bthis\b(?:\s*\??\.\s*([\p{ID_Continue}$]+))?/gu)) {
      // Where it is not `this.name`, any member may be meant. What `new` makes has a `this` of its own.
      if (name === undefined && Object.hasOwn(owner, '__esModule') && !encoder.reader.isConstructor(value)) {
        return Object.keys(owner)
      }
      if (name !== undefined && Object.hasOwn(owner, name)) used.add(name)
    }
  }
  return [...used]
}

/** Compilers export by getters, which are what the function itself would run. */
function readMember(encoder: Encoder, owner: object, member: string, index: number): unknown {
  try {
    return (owner as Readonly<Record<string, unknown>>)[member]
  } catch (cause) {
    return encoder.refuse(
      index,
      `reading it threw: ${cause instanceof Error ? cause.message : String(cause)}`,
      undefined,
      [member],
      cause,
    )
  }
}

function noted(encoder: Encoder, edge: Edge, name: CapturedName): Edge {
  if (Array.isArray(edge)) encoder.noteCaptured((edge as m.Reference)[0], name)
  return edge
}

function isModuleLike(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || types.isProxy(value)) return false
  // What esbuild makes of a function that a CommonJS module exports.
  if (Object.getPrototypeOf(value) === Function.prototype) return true
  return (
    isCommonJsModule(value) ||
    types.isModuleNamespaceObject(value) ||
    Object.hasOwn(value, '__esModule') ||
    Object.getOwnPropertyDescriptor(value, Symbol.toStringTag)?.value === 'Module'
  )
}

function read(encoder: Encoder, level: ScopeLevel, name: string, index: number, by: Step): unknown {
  try {
    return level.variables[name]
  } catch (cause) {
    return encoder.refuse(
      index,
      'it has no value yet',
      'send the function after the line that declares it',
      [by],
      cause,
    )
  }
}
