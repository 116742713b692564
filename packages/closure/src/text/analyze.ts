import type { Form } from '../protocol/message.ts'
import { importMetaName, importName, thisName } from '../protocol/names.ts'
import { bodyStart } from './body-start.ts'
import { classMethods, type ClassMethods } from './class-methods.ts'
import { type ClassPart, classParts } from './class-parts.ts'
import type { FreeVariable } from './free-variable.ts'
import { freeVariables, type OwnName } from './free-variables.ts'
import { type ParsedFunction, parseFunction } from './parse-function.ts'
import { type PrivateMembers, privateMembers } from './private-members.ts'

/** Of a function whose `this` is that of the code around it, where that cannot be read. */
export const outerThis: NonNullable<Analysis['obstacle']> = {
  what: 'it uses `this` of the code around it, which cannot be read from outside',
  hint: 'copy it to a variable first (const self = this), or pass it as an argument',
}

/** What is known of a function from its text alone. */
export interface Analysis {
  /** The text to compile: as it was, without what must not run again. */
  readonly text: string
  /** The text as it was, in which positions count. */
  readonly original: string
  readonly form: Form
  readonly strict: boolean
  /** Strict or not makes a difference for it. */
  readonly modeMatters: boolean
  readonly isClass: boolean
  readonly free: ReadonlyMap<string, FreeVariable>
  /** Of a class: what is read from it instead of being evaluated again. */
  readonly parts: readonly ClassPart[]
  /** Of a class: the methods that its text makes. */
  readonly methods: ClassMethods | undefined
  /** The name of a function that assigns it: it is taken for a variable of the code around it. */
  readonly replacesItself: string | undefined
  /** The name of a function that uses it otherwise: it may be such a variable, too. */
  readonly usesItself: string | undefined
  readonly usesImport: boolean
  readonly usesImportMeta: boolean
  /** It uses the `this` of the code around it, which its text calls by {@link thisName}. */
  readonly usesThis: boolean
  /** Of an arrow function that uses it: where in the original text its body begins; see {@link bodyStart}. */
  readonly bodyStart: number | undefined
  /** Where in the text the engine says that the function stands. */
  readonly anchor: number
  /** Of a class: its private members; undefined when there are none. */
  readonly members: PrivateMembers | undefined
  /** Why it cannot travel by value: what it uses, and what to do. */
  readonly obstacle: { readonly what: string; readonly hint: string } | undefined
}

/**
 * Reads a function's text.
 *
 * @throws UnreadableText when it has no meaning outside of its place
 */
export function analyze(original: string, strict: boolean, ownName: OwnName = 'unknown'): Analysis {
  const { node, form, computedKey, offset, anchor } = parseFunction(original, strict)
  const usage = freeVariables(node, ownName)
  const isClass = node.type === 'ClassExpression'
  const parts = isClass ? classParts(node, original, offset) : []
  const edits: Edit[] = []
  const edit = (start: number, end: number, replacement: string): void => {
    // What is within another edit is gone with it.
    if (edits.some(([from, to]) => from <= start && end <= to)) return
    // Lines stay where they are, so that stacks stay right.
    edits.push([start, end, replacement + original.slice(start, end).replace(/[^\n]/g, '')])
  }
  for (const member of usage.staticInitialisers) edit(member.start - offset, member.end - offset, ';')
  for (const { start, end, name } of parts) edit(start, end, name)
  // As an expression it would have a name of its own.
  const name = node.type === 'FunctionExpression' ? node.id?.name : undefined
  if (usage.replacesItself && node.type === 'FunctionExpression' && node.id) {
    edit(node.id.start - offset, node.id.end - offset, '')
  }
  for (const { start, end } of usage.importMetas) edit(start - offset, end - offset, importMetaName)
  for (const { start } of usage.imports) edit(start - offset, start - offset + 'import'.length, importName)
  for (const { start, end } of usage.outerThis) edit(start - offset, end - offset, thisName)
  if (computedKey !== undefined) edits.push([computedKey[0], computedKey[1], '[0]'])
  const free = new Map([...usage.free].filter(([, variable]) => variable.needed))
  for (const variable of free.values()) {
    const { lostWrite } = variable
    if (lostWrite !== undefined) variable.lostWrite = { ...lostWrite, start: lostWrite.start - offset }
  }
  return {
    text: apply(original, edits),
    original,
    form,
    strict,
    modeMatters: usage.modeMatters && !isClass,
    isClass,
    free,
    parts,
    methods: isClass ? classMethods(node, original, offset) : undefined,
    replacesItself: usage.replacesItself ? name : undefined,
    usesItself: usage.usesItself && !usage.replacesItself ? name : undefined,
    usesImport: usage.imports.length > 0,
    usesImportMeta: usage.importMetas.length > 0,
    usesThis: usage.outerThis.length > 0,
    bodyStart: usage.outerThis.length > 0 ? startOfBody(node, offset) : undefined,
    anchor,
    members: isClass ? privateMembers(node) : undefined,
    obstacle: findObstacle(usage, node),
  }
}

function startOfBody(node: ParsedFunction['node'], offset: number): number | undefined {
  const start = node.type === 'ArrowFunctionExpression' ? bodyStart(node) : undefined
  return start === undefined ? undefined : start - offset
}

type Edit = readonly [start: number, end: number, replacement: string]

function apply(text: string, edits: Edit[]): string {
  let edited = text
  for (const [start, end, replacement] of edits.toSorted((a, b) => b[0] - a[0])) {
    edited = edited.slice(0, start) + replacement + edited.slice(end)
  }
  return edited
}

function findObstacle(usage: ReturnType<typeof freeVariables>, node: ParsedFunction['node']): Analysis['obstacle'] {
  if (usage.directEval) {
    return {
      what: 'it uses eval() or `with`, so that its captured variables cannot be known',
      hint: 'pass what it needs as arguments',
    }
  }
  if (usage.outerThis.length > 0 && startOfBody(node, 0) === undefined) return outerThis
  if (usage.outerArguments) {
    return { what: 'it uses `arguments` of the function around it', hint: 'use rest parameters in that function' }
  }
  if (usage.outerNewTarget) {
    return { what: 'it uses `new.target` of the function around it', hint: 'copy it to a variable first' }
  }
  if (usage.outerSuper) {
    return {
      what: 'it uses `super`, which has no meaning outside of its class or object',
      hint: 'send an instance and call the method on it',
    }
  }
  return undefined
}
