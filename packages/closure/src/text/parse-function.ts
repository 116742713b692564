import type * as Acorn from 'acorn'
import lazy from '#lazy'
import type { Form } from '../protocol/message.ts'

/** A function's text cannot be taken out of its place. The message completes "the function f, but …". */
export class UnreadableText extends Error {}

export interface ParsedFunction {
  readonly node: Acorn.FunctionExpression | Acorn.ArrowFunctionExpression | Acorn.ClassExpression
  readonly form: Form
  /** Where the computed key of a method stands in the text, brackets included. */
  readonly computedKey: readonly [start: number, end: number] | undefined
  /** Subtract it from a position of a node to get one in the text. */
  readonly offset: number
  /**
   * Where in the text the engine says that the function stands: the parameters of a function or constructor, the start
   * of an arrow function or class.
   */
  readonly anchor: number
}

/**
 * Loaded at first need, and synchronously: parsing is rarely needed, and loading the parser takes longer than
 * everything else.
 */
const parser = (): typeof Acorn => lazy.acorn()

/**
 * Parses what `Function.prototype.toString` returned.
 *
 * @throws UnreadableText when the text has no meaning outside of its place
 */
export function parseFunction(text: string, strict: boolean): ParsedFunction {
  const options: Acorn.Options = { ecmaVersion: 'latest', sourceType: strict ? 'module' : 'script' }
  let failure: unknown
  try {
    const node = expressionOf(parser().parse(`(${text}\n)`, options))
    if (
      node?.type === 'FunctionExpression' ||
      node?.type === 'ArrowFunctionExpression' ||
      node?.type === 'ClassExpression'
    ) {
      return { node, form: 'expression', computedKey: undefined, offset: 1, anchor: anchorOf(node, text) }
    }
  } catch (error) {
    failure = error
  }
  try {
    const node = expressionOf(parser().parse(`({${text}\n})`, options))
    const method = node?.type === 'ObjectExpression' && node.properties.length === 1 ? node.properties[0] : undefined
    if (method?.type === 'Property' && method.value.type === 'FunctionExpression') {
      return parsedMethod(text, method, method.value)
    }
  } catch (error) {
    failure = messageOf(error).includes('Private field') ? error : (failure ?? error)
  }
  throw new UnreadableText(explainFailure(messageOf(failure)))
}

/** @throws SyntaxError */
export function parseScript(source: string): Acorn.Program {
  return parser().parse(source, {
    ecmaVersion: 'latest',
    sourceType: 'script',
    allowReturnOutsideFunction: true,
    allowHashBang: true,
    allowAwaitOutsideFunction: true,
  })
}

/** @throws SyntaxError */
export function parseModule(source: string): Acorn.Program {
  return parser().parse(source, { ecmaVersion: 'latest', sourceType: 'module' })
}

function parsedMethod(text: string, method: Acorn.Property, node: Acorn.FunctionExpression): ParsedFunction {
  const offset = 2
  const anchor = node.start - offset
  const form = method.kind === 'get' ? 'getter' : method.kind === 'set' ? 'setter' : 'method'
  if (!method.computed) return { node, form, computedKey: undefined, offset, anchor }
  const start = text.lastIndexOf('[', method.key.start - offset)
  const end = text.indexOf(']', method.key.end - offset) + 1
  return { node, form, computedKey: [start, end], offset, anchor }
}

function anchorOf(node: ParsedFunction['node'], text: string): number {
  if (node.type === 'ArrowFunctionExpression') return 0
  if (node.type === 'FunctionExpression') return text.indexOf('(', (node.id?.end ?? 1) - 1)
  for (const member of node.body.body) {
    if (member.type === 'MethodDefinition' && member.kind === 'constructor') return member.value.start - 1
  }
  return 0
}

function expressionOf(program: Acorn.Program): Acorn.Expression | undefined {
  const statement = program.body[0]
  return statement?.type === 'ExpressionStatement' ? statement.expression : undefined
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

function explainFailure(message: string): string {
  const name = /Private field '(#[^']+)'/.exec(message)?.[1]
  return name === undefined
    ? `its text cannot be parsed (${message})`
    : `it uses the private name ${name} of its class, which has no meaning outside of the class`
}
