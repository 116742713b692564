import type * as Acorn from 'acorn'
import { childrenOf } from '../text/scope.ts'
import { isCommonJsHelper, webpackRequire } from './bundle-text.ts'

/**
 * Whether the code of a file makes the scope of `node` once at most, so that two functions which mean a variable of it
 * stand in the same one: it is in no loop and in no field of a class, and each function around it is called where it
 * stands, or is a module of a bundle, which the bundle runs when it is first required.
 */
export function runsOnce(program: Acorn.Program, text: string, node: Acorn.AnyNode): boolean {
  let known = answers.get(node)
  if (known === undefined) answers.set(node, (known = isOnce(pathTo(program, node), text)))
  return known
}

const answers = new WeakMap<Acorn.AnyNode, boolean>()

/** From the program to the node. */
function pathTo(program: Acorn.Program, node: Acorn.AnyNode): readonly Acorn.AnyNode[] {
  const path: Acorn.AnyNode[] = []
  let at: Acorn.AnyNode | undefined = program
  while (at !== undefined && at !== node) {
    path.push(at)
    at = childrenOf(at).find(child => child.start <= node.start && node.end <= child.end)
  }
  return at === node ? [...path, node] : []
}

function isOnce(path: readonly Acorn.AnyNode[], text: string): boolean {
  if (path.length === 0) return false
  return path.every((node, i) => {
    if (/^(?:For|While|DoWhile)/.test(node.type)) return false
    if (node.type === 'PropertyDefinition' && !node.static) return false // once for each instance
    if (!/Function/.test(node.type)) return true
    const fn = node as Acorn.FunctionExpression | Acorn.ArrowFunctionExpression
    // By its name, or as `callee`, it could call itself.
    if (!/^(?:Function|ArrowFunction)Expression$/.test(fn.type) || fn.id || /\bcallee\b/.test(textOf(text, fn))) {
      return false
    }
    const around = path.slice(0, i)
    return isCalledThere(fn, around) || isWrapped(fn, around, text) || isInModuleTable(fn, around, text)
  })
}

/** `(() => {…})()`, `(function () {…}).call(this)` */
function isCalledThere(fn: Acorn.AnyNode, around: readonly Acorn.AnyNode[]): boolean {
  const [parent, call] = [around.at(-1), around.at(-2)]
  if (parent?.type === 'CallExpression') return parent.callee === fn
  return (
    parent?.type === 'MemberExpression' &&
    parent.object === fn &&
    parent.property.type === 'Identifier' &&
    /^(?:call|apply)$/.test(parent.property.name) &&
    call?.type === 'CallExpression' &&
    call.callee === parent
  )
}

/** `var require_x = __commonJS({ 'x.js'(exports, module) {…} })`, minified `var x = a((e, t) => {…})` */
function isWrapped(fn: Acorn.AnyNode, around: readonly Acorn.AnyNode[], text: string): boolean {
  const inObject = around.at(-1)?.type === 'Property' && around.at(-2)?.type === 'ObjectExpression'
  const call = around.at(inObject ? -3 : -1)
  const argument = inObject ? around.at(-2) : fn
  if (call?.type !== 'CallExpression' || call.callee.type !== 'Identifier' || call.arguments[0] !== argument) {
    return false
  }
  const helper = initialiserOf(call.callee.name, around)
  return helper !== undefined && isCommonJsHelper(textOf(text, helper))
}

/** `var __webpack_modules__ = { 7: (module, exports, require) => {…} }`, which only a `require` with a cache calls. */
function isInModuleTable(fn: Acorn.AnyNode, around: readonly Acorn.AnyNode[], text: string): boolean {
  const isProperty = around.at(-1)?.type === 'Property'
  const table = around.at(isProperty ? -2 : -1)
  const declarator = around.at(isProperty ? -3 : -2)
  // Development builds have the object in parentheses, which the tree does not show.
  if (table?.type !== 'ObjectExpression' && table?.type !== 'ArrayExpression') return false
  if (declarator?.type !== 'VariableDeclarator' || declarator.init !== table) return false
  if (declarator.id.type !== 'Identifier' || !childrenOf(table).some(child => child === fn || isProperty)) return false
  const { name } = declarator.id
  return statementsAround(around).some(statement => {
    if (statement.type !== 'FunctionDeclaration') return false
    return webpackRequire(textOf(text, statement))?.rest.includes(`${name}[`) === true
  })
}

/** What a variable that is declared around is initialised with, when nothing else is assigned to it by `const`. */
function initialiserOf(name: string, around: readonly Acorn.AnyNode[]): Acorn.Expression | undefined {
  for (const statement of statementsAround(around)) {
    if (statement.type !== 'VariableDeclaration') continue
    for (const { id, init } of statement.declarations) {
      if (id.type === 'Identifier' && id.name === name) return init ?? undefined
    }
  }
  return undefined
}

/** Statements of the blocks around, the innermost block first. */
function statementsAround(around: readonly Acorn.AnyNode[]): readonly (Acorn.Statement | Acorn.ModuleDeclaration)[] {
  return around
    .toReversed()
    .flatMap(node => (node.type === 'Program' || node.type === 'BlockStatement' ? node.body : []))
}

const textOf = (text: string, { start, end }: Acorn.AnyNode): string => text.slice(start, end)
