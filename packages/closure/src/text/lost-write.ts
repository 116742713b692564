import type * as Acorn from 'acorn'
import { thisName } from '../protocol/names.ts'

/** Where a function changes a variable that it does not look at. */
export interface LostWrite {
  readonly start: number
  /** The variable itself is assigned, not a member of its value. */
  readonly assigns: boolean
  /** The member of its value that is assigned, when it is known by name. */
  readonly member: string | undefined
  /** It is all that an arrow function does, which then returns the new value. */
  readonly isBody: boolean
}

/** Methods that fill an array, a map or a set. */
const fillers = new Set(['push', 'unshift', 'set', 'add'])

export type Write = Omit<LostWrite, 'isBody'> & { readonly name: string }

/** What a statement changes: `count++`, `total += x`, `list.push(x)`, `table[key] = value`. */
export function writeOf(statement: Acorn.Expression): Write | undefined {
  switch (statement.type) {
    case 'UpdateExpression':
      return writeTo(statement.argument, statement.start)
    case 'AssignmentExpression':
      // `cache ??= load()` is how a worker keeps something for its next task.
      return /^(?:\?\?|\|\||&&)=$/.test(statement.operator) ? undefined : writeTo(statement.left, statement.start)
    case 'CallExpression': {
      const { callee } = statement
      return callee.type === 'MemberExpression' &&
        callee.property.type === 'Identifier' &&
        fillers.has(callee.property.name)
        ? writeTo(callee, statement.start, false)
        : undefined
    }
    default:
      return undefined
  }
}

function writeTo(target: Acorn.AnyNode, start: number, isAssigned = true): Write | undefined {
  // Not of objects further in: they may be memory that is shared.
  const owner = target.type === 'MemberExpression' ? target.object : target
  const name = owner.type === 'Identifier' ? owner.name : owner.type === 'ThisExpression' ? thisName : undefined
  if (name === undefined) return undefined
  const member =
    isAssigned && target.type === 'MemberExpression' && !target.computed && target.property.type === 'Identifier'
      ? target.property.name
      : undefined
  return { name, start, assigns: owner === target, member }
}
