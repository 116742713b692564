import type * as Acorn from 'acorn'
import type { Location } from '../text/inspector.ts'
import { childrenOf, Scope } from '../text/scope.ts'

/**
 * The declaration in a `const`, `let` or `var` statement of the variable that a function means by `name`.
 *
 * @param program - the text that the function stands in
 * @param location - where in it the function stands
 * @returns undefined for a variable that is declared in another way: a parameter, a function, an import
 */
export function findDeclarator(
  program: Acorn.Program,
  text: string,
  location: Location,
  name: string,
): Declarator | undefined {
  const node = scopeNodeOf(program, text, location, name)
  return node === undefined ? undefined : (declaredBy(node).get(name) ?? undefined)
}

/** The part of the program whose scope the variable belongs to that a function means by `name`. */
export function scopeNodeOf(
  program: Acorn.Program,
  text: string,
  location: Location,
  name: string,
): Acorn.AnyNode | undefined {
  return nodesAround(program, offsetOf(text, location))
    .toReversed()
    .find(node => declaredBy(node).has(name))
}

/** Whether the function that stands there is a declaration, so that its name is a variable. */
export function isDeclarationAt(program: Acorn.Program, text: string, location: Location): boolean {
  const around = nodesAround(program, offsetOf(text, location))
  return around.findLast(({ type }) => /Function|Method/.test(type))?.type === 'FunctionDeclaration'
}

export interface Declarator {
  readonly kind: Acorn.VariableDeclaration['kind']
  readonly id: Acorn.Pattern
  readonly init: Acorn.Expression | null | undefined
}

function offsetOf(text: string, { lineNumber, columnNumber }: Location): number {
  let start = 0
  for (let line = 0; line < lineNumber; line++) start = text.indexOf('\n', start) + 1
  return start + columnNumber
}

/** The nodes that a position is within, outermost first. */
function nodesAround(program: Acorn.Program, offset: number): Acorn.AnyNode[] {
  const around: Acorn.AnyNode[] = []
  let node: Acorn.AnyNode | undefined = program
  while (node !== undefined) {
    around.push(node)
    node = childrenOf(node).find(({ start, end }) => start <= offset && offset < end)
  }
  return around
}

const known = new WeakMap<Acorn.AnyNode, ReadonlyMap<string, Declarator | null>>()

/**
 * The names that the node itself declares: a block, the parameters of a function, the head of a loop. With those of
 * statements directly in a block come their declarations. A bundle declares thousands, and is asked for each.
 */
function declaredBy(node: Acorn.AnyNode): ReadonlyMap<string, Declarator | null> {
  let names = known.get(node)
  if (names === undefined) known.set(node, (names = readDeclarations(node)))
  return names
}

function readDeclarations(node: Acorn.AnyNode): ReadonlyMap<string, Declarator | null> {
  const found = new Map<string, Declarator | null>(Array.from(scopeOf(node).names, name => [name, null]))
  if (node.type !== 'Program' && node.type !== 'BlockStatement') return found
  for (const item of node.body.toReversed()) {
    const statement = item.type === 'ExportNamedDeclaration' ? item.declaration : item
    if (statement?.type !== 'VariableDeclaration') continue
    for (const { id, init } of statement.declarations.toReversed()) {
      const scope = new Scope(undefined)
      scope.declarePattern(id)
      for (const name of scope.names) found.set(name, { kind: statement.kind, id, init })
    }
  }
  return found
}

function scopeOf(node: Acorn.AnyNode): Scope {
  const scope = new Scope(undefined)
  switch (node.type) {
    case 'Program':
    case 'BlockStatement':
      scope.declareLexical(node.body)
      break
    case 'FunctionDeclaration':
    case 'FunctionExpression':
    case 'ArrowFunctionExpression':
      for (const parameter of node.params) scope.declarePattern(parameter)
      scope.declareVars([node.body])
      if (node.type === 'FunctionExpression' && node.id) scope.declare(node.id.name)
      break
    case 'ClassDeclaration':
    case 'ClassExpression':
      if (node.id) scope.declare(node.id.name)
      break
    case 'StaticBlock':
      scope.declareLexical(node.body)
      scope.declareVars(node.body)
      break
    case 'CatchClause':
      scope.declarePattern(node.param)
      break
    case 'ForStatement':
      if (node.init?.type === 'VariableDeclaration') scope.declareLexical([node.init])
      break
    case 'ForInStatement':
    case 'ForOfStatement':
      if (node.left.type === 'VariableDeclaration') scope.declareLexical([node.left])
      break
    case 'SwitchStatement':
      for (const { consequent } of node.cases) scope.declareLexical(consequent)
      break
    default:
  }
  return scope
}
