import type * as Acorn from 'acorn'
import type { Location } from '../text/inspector.ts'
import { childrenOf, Scope } from '../text/scope.ts'
import type { ImportBinding } from './import-bindings.ts'

/** A variable that `import()` or `require()` gave its value. */
export interface DeclaredImport extends ImportBinding {
  readonly by: 'import' | 'require'
}

/**
 * What a variable is that a function captures, when it is a constant whose declaration reads `await import('…')` or
 * `require('…')`, or a member of that: `const { minify } = await import('terser')`.
 *
 * @param program - the text that the function stands in
 * @param location - where in it the function stands
 * @returns undefined for a variable that is declared in another way
 */
export function findDeclaredImport(
  program: Acorn.Program,
  text: string,
  location: Location,
  name: string,
): DeclaredImport | undefined {
  const around = nodesAround(program, offsetOf(text, location))
  for (const node of around.toReversed()) {
    const declarator = declaratorIn(node, name)
    if (declarator !== undefined) return readDeclarator(declarator, name)
    if (declares(node, name)) return undefined
  }
  return undefined
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

/** The `const` statement directly in a block that declares `name`. */
function declaratorIn(node: Acorn.AnyNode, name: string): Acorn.VariableDeclarator | undefined {
  if (node.type !== 'Program' && node.type !== 'BlockStatement') return undefined
  for (const item of node.body) {
    const statement = item.type === 'ExportNamedDeclaration' ? item.declaration : item
    if (statement?.type !== 'VariableDeclaration' || statement.kind !== 'const') continue
    const found = statement.declarations.find(({ id }) => patternDeclares(id, name))
    if (found !== undefined) return found
  }
  return undefined
}

/** Whether `name` is declared by the node itself: a block, the parameters of a function, the head of a loop. */
function declares(node: Acorn.AnyNode, name: string): boolean {
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
    case 'ClassExpression':
      if (node.id) scope.declare(node.id.name)
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
  return scope.knows(name)
}

function patternDeclares(pattern: Acorn.Pattern, name: string): boolean {
  const scope = new Scope(undefined)
  scope.declarePattern(pattern)
  return scope.knows(name)
}

function readDeclarator({ id, init }: Acorn.VariableDeclarator, name: string): DeclaredImport | undefined {
  const source = init == null ? undefined : readSource(init)
  if (source === undefined) return undefined
  if (id.type === 'Identifier') return source
  // Of `{ a: { b } }` only the outer level: deeper ones are members of what was exported, as others are.
  const property =
    id.type === 'ObjectPattern'
      ? id.properties.find(
          item => item.type === 'Property' && item.value.type === 'Identifier' && item.value.name === name,
        )
      : undefined
  if (property?.type !== 'Property' || property.computed || property.key.type !== 'Identifier') return undefined
  return { ...source, path: [...source.path, property.key.name] }
}

/** `await import('…')`, `require('…')`, and members of these. */
function readSource(expression: Acorn.Expression | Acorn.Super): DeclaredImport | undefined {
  switch (expression.type) {
    case 'ParenthesizedExpression':
      return readSource(expression.expression)
    case 'AwaitExpression': {
      const { argument } = expression
      return argument.type === 'ImportExpression' ? asImport('import', argument.source) : undefined
    }
    case 'CallExpression': {
      const { callee, arguments: given } = expression
      return callee.type === 'Identifier' && callee.name === 'require' && given.length === 1
        ? asImport('require', given[0] as Acorn.Expression)
        : undefined
    }
    case 'MemberExpression': {
      const owner = readSource(expression.object)
      return owner === undefined || expression.computed || expression.property.type !== 'Identifier'
        ? undefined
        : { ...owner, path: [...owner.path, expression.property.name] }
    }
    default:
      return undefined
  }
}

function asImport(by: DeclaredImport['by'], source: Acorn.AnyNode): DeclaredImport | undefined {
  return source.type === 'Literal' && typeof source.value === 'string'
    ? { by, specifier: source.value, path: [] }
    : undefined
}
