import type * as Acorn from 'acorn'
import type { Location } from '../text/inspector.ts'
import { childrenOf } from '../text/scope.ts'
import { scopeNodeOf } from './declarations.ts'

/**
 * Variables that hold a new object in each scope which the code makes where `name` is declared: functions that are
 * declared there, and variables with a function or a literal that nothing assigns. When two functions see the same
 * object in one of them, they stand in the same scope.
 *
 * @returns undefined when the two functions do not mean a variable of the same declaration
 */
export function freshNames(
  program: Acorn.Program,
  text: string,
  [first, second]: readonly [Location, Location],
  name: string,
): readonly string[] | undefined {
  const node = scopeNodeOf(program, text, first, name)
  if (node === undefined || node !== scopeNodeOf(program, text, second, name)) return undefined
  const block = isFunction(node) ? node.body : node
  if (block.type !== 'BlockStatement' && block.type !== 'Program') return []
  return freshIn(block)
}

function isFunction(node: Acorn.AnyNode): node is Acorn.AnyNode & Acorn.Function {
  return /^(FunctionDeclaration|FunctionExpression|ArrowFunctionExpression)$/.test(node.type)
}

function namesOf(item: Acorn.Statement | Acorn.ModuleDeclaration): readonly string[] {
  const statement = item.type === 'ExportNamedDeclaration' && item.declaration ? item.declaration : item
  if (statement.type === 'FunctionDeclaration' || statement.type === 'ClassDeclaration') return [statement.id.name]
  if (statement.type !== 'VariableDeclaration') return []
  return statement.declarations.flatMap(({ id, init }) =>
    id.type === 'Identifier' && init != null && isFresh(init) ? [id.name] : [],
  )
}

/** Whether each evaluation makes another object. */
function isFresh(expression: Acorn.Expression): boolean {
  if (expression.type === 'ConditionalExpression') {
    return isFresh(expression.consequent) && isFresh(expression.alternate)
  }
  return /^(FunctionExpression|ArrowFunctionExpression|ClassExpression|ObjectExpression|ArrayExpression)$/.test(
    expression.type,
  )
}

const known = new WeakMap<Acorn.AnyNode, readonly string[]>()

function freshIn(block: Acorn.Program | Acorn.BlockStatement): readonly string[] {
  let names = known.get(block)
  if (names === undefined) {
    // One that something else is assigned to may hold what another scope has made.
    const assigned = assignedNames(block)
    names = block.body.flatMap(statement => namesOf(statement)).filter(name => !assigned.has(name))
    known.set(block, names)
  }
  return names
}

/**
 * Names that stand in the target of an assignment anywhere in the block. A function that replaces itself by another
 * (`load = () => loaded`) is made in the scope all the same.
 */
function assignedNames(block: Acorn.AnyNode): ReadonlySet<string> {
  const names = new Set<string>()
  const left: Acorn.AnyNode[] = [block]
  for (let node = left.pop(); node !== undefined; node = left.pop()) {
    switch (node.type) {
      case 'AssignmentExpression':
        if (node.left.type !== 'Identifier' || node.operator !== '=' || !isFresh(node.right)) addNames(node.left, names)
        break
      case 'ForInStatement':
      case 'ForOfStatement':
        addNames(node.left, names)
        break
      case 'UpdateExpression':
        addNames(node.argument, names)
        break
      default:
    }
    left.push(...childrenOf(node))
  }
  return names
}

function addNames(target: Acorn.AnyNode, names: Set<string>): void {
  if (target.type === 'Identifier') names.add(target.name)
  for (const child of childrenOf(target)) addNames(child, names)
}
