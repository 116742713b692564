import type * as Acorn from 'acorn'
import { childrenOf } from './scope.ts'

/**
 * Where the body of an arrow function begins, when a breakpoint there comes before anything that it does: the first
 * place for a breakpoint in a loop over items or in a class stands behind what runs first.
 *
 * @returns a position as acorn counts; undefined when something may run before
 */
export function bodyStart({ body, params }: Acorn.ArrowFunctionExpression): number | undefined {
  if (runsKeys(params)) return undefined
  const first = body.type === 'BlockStatement' ? firstOf(body.body) : body
  return first === undefined || isLate(first) ? undefined : first.start
}

function firstOf(statements: readonly Acorn.Statement[]): Acorn.Statement | undefined {
  const first = statements.find(({ type }) => type !== 'FunctionDeclaration' && type !== 'EmptyStatement')
  switch (first?.type) {
    case 'BlockStatement':
      return firstOf([...first.body, ...statements.slice(statements.indexOf(first) + 1)])
    case 'LabeledStatement':
      return firstOf([first.body])
    case 'TryStatement':
      return firstOf(first.block.body)
    default:
      return first
  }
}

function isLate(node: Acorn.AnyNode): boolean {
  return /^(?:For(?:Of|In)Statement|Class.*)$/.test(node.type) || childrenOf(node).some(isLate)
}

/** Whether taking the parameters apart evaluates names of members. */
function runsKeys(patterns: readonly (Acorn.Pattern | null)[]): boolean {
  return patterns.some(pattern => {
    switch (pattern?.type) {
      case 'ObjectPattern':
        return pattern.properties.some(property =>
          property.type === 'RestElement' ? false : property.computed || runsKeys([property.value]),
        )
      case 'ArrayPattern':
        return runsKeys(pattern.elements)
      case 'AssignmentPattern':
        return runsKeys([pattern.left])
      case 'RestElement':
        return runsKeys([pattern.argument])
      default:
        return false
    }
  })
}
