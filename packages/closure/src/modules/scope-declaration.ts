import type * as Acorn from 'acorn'
import type { Location } from '../text/inspector.ts'
import { childrenOf } from '../text/scope.ts'
import { scopeNodeOf } from './declarations.ts'
import { runsOnce } from './runs-once.ts'

/**
 * The part of a program that declares `name` for a function, and the variables that hold a new object in each scope
 * which the code makes there: functions that are declared there, and variables with a function or a literal that
 * nothing else is assigned to. When two functions see the same object in one of them, they stand in the same scope.
 * `isOnce`: the code makes only one such scope, see {@link runsOnce}.
 */
export function declarationOf(
  program: Acorn.Program,
  text: string,
  location: Location,
  name: string,
): { readonly node: Acorn.AnyNode; readonly fresh: readonly string[]; readonly isOnce: () => boolean } | undefined {
  const node = scopeNodeOf(program, text, location, name)
  if (node === undefined) return undefined
  const block = isFunction(node) ? node.body : node
  const fresh = block.type === 'BlockStatement' || block.type === 'Program' ? freshIn(block) : []
  return { node, fresh, isOnce: () => runsOnce(program, text, node) }
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
  // What is assigned is a property; the variable keeps its object.
  if (target.type === 'MemberExpression') return
  if (target.type === 'Identifier') names.add(target.name)
  for (const child of childrenOf(target)) addNames(child, names)
}
