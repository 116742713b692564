import type * as Acorn from 'acorn'
import { parseFunction } from './parse-function.ts'

/** A constructor that does nothing but set fields: what it is called with decides what they hold. */
export interface ConstructorPlan {
  /** For each private field of instances, in order: the parameter that it gets, or the value that it always has. */
  readonly fields: readonly (readonly ['parameter', number] | readonly ['value', unknown])[]
  /** For each parameter the first field that gets it; -1 when none does. */
  readonly args: readonly number[]
  /** Parameters that must have a value, as there is a default for them or a test of them. */
  readonly needed: readonly number[]
  /** Public properties that it assigns: none may have a setter, or be read-only. */
  readonly assigned: readonly string[]
}

/**
 * Reads the constructor of a class. Calling it must have no effect that can be seen, whatever it is called with: it
 * assigns parameters and constants to fields, calls `super` with such, and throws when a test of parameters says so.
 *
 * @returns undefined for one that does more
 */
export function constructorPlan(text: string): ConstructorPlan | undefined {
  try {
    return new Reader(parseFunction(text, true).node as Acorn.ClassExpression).plan()
  } catch (error) {
    if (error instanceof DoesMore) return undefined
    throw error
  }
}

class DoesMore extends Error {}

const testers = /^(?:Number\.is(?:Integer|SafeInteger|Finite|NaN)|Array\.isArray)$/
const comparisons = new Set(['===', '!==', '<', '>', '<=', '>=', '%', '+', '-', '*'])

class Reader {
  readonly #node: Acorn.ClassExpression
  readonly #parameters: string[] = []
  readonly #needed = new Set<number>()
  readonly #fields = new Map<string, ConstructorPlan['fields'][number]>()
  readonly #assigned: string[] = []

  constructor(node: Acorn.ClassExpression) {
    this.#node = node
  }

  plan(): ConstructorPlan {
    const members = this.#node.body.body
    for (const member of members) {
      if (member.type !== 'PropertyDefinition' || member.static) continue
      const { key, value } = member
      if (key.type === 'PrivateIdentifier') {
        this.#fields.set(key.name, ['value', value ? constantOf(value) : undefined])
      } else if (member.computed || (value && !isHarmless(value))) throw new DoesMore()
    }
    const method = members.find(
      (member): member is Acorn.MethodDefinition => member.type === 'MethodDefinition' && member.kind === 'constructor',
    )
    if (method !== undefined) this.#readConstructor(method.value)
    const fields = [...this.#fields.values()]
    return {
      fields,
      args: this.#parameters.map((_, i) => fields.findIndex(([kind, at]) => kind === 'parameter' && at === i)),
      needed: [...this.#needed],
      assigned: this.#assigned,
    }
  }

  #readConstructor({ params, body }: Acorn.FunctionExpression): void {
    for (const [i, parameter] of params.entries()) {
      const target = parameter.type === 'AssignmentPattern' ? parameter.left : parameter
      if (target.type !== 'Identifier') throw new DoesMore()
      if (parameter.type === 'AssignmentPattern') {
        constantOf(parameter.right)
        this.#needed.add(i)
      }
      this.#parameters.push(target.name)
    }
    for (const statement of body.body) this.#statement(statement)
  }

  #statement(statement: Acorn.Statement | Acorn.ModuleDeclaration): void {
    if (statement.type === 'EmptyStatement') return
    if (statement.type === 'IfStatement' && !statement.alternate && isThrow(statement.consequent)) {
      this.#test(statement.test)
      return
    }
    const expression = statement.type === 'ExpressionStatement' ? statement.expression : undefined
    if (expression?.type === 'CallExpression' && expression.callee.type === 'Super') {
      for (const argument of expression.arguments) {
        if (argument.type === 'SpreadElement') throw new DoesMore()
        this.#source(argument)
      }
      return
    }
    const target =
      expression?.type === 'AssignmentExpression' && expression.operator === '=' ? expression.left : undefined
    if (target?.type !== 'MemberExpression' || target.object.type !== 'ThisExpression') throw new DoesMore()
    const source = this.#source((expression as Acorn.AssignmentExpression).right)
    if (target.property.type === 'PrivateIdentifier') {
      if (!this.#fields.has(target.property.name)) throw new DoesMore() // a setter
      this.#fields.set(target.property.name, source)
    } else if (!target.computed && target.property.type === 'Identifier') this.#assigned.push(target.property.name)
    else throw new DoesMore()
  }

  #source(expression: Acorn.Expression): ConstructorPlan['fields'][number] {
    const at = expression.type === 'Identifier' ? this.#parameters.indexOf(expression.name) : -1
    return at === -1 ? ['value', constantOf(expression)] : ['parameter', at]
  }

  /** A test whose parameters are primitives or arrays has no effect. */
  #test(test: Acorn.Expression | Acorn.PrivateIdentifier): void {
    switch (test.type) {
      case 'LogicalExpression':
        this.#test(test.left)
        return this.#test(test.right)
      case 'BinaryExpression':
        if (!comparisons.has(test.operator)) throw new DoesMore()
        this.#test(test.left)
        return this.#test(test.right)
      case 'UnaryExpression':
        if (test.operator === 'delete') throw new DoesMore()
        return this.#test(test.argument)
      case 'MemberExpression':
        if (test.computed || test.property.type !== 'Identifier' || test.property.name !== 'length') {
          throw new DoesMore()
        }
        return this.#test(test.object as Acorn.Expression)
      case 'CallExpression': {
        const { callee, arguments: given } = test
        const isTester =
          callee.type === 'MemberExpression' &&
          callee.object.type === 'Identifier' &&
          callee.property.type === 'Identifier' &&
          testers.test(`${callee.object.name}.${callee.property.name}`)
        if (!isTester || given.length !== 1 || given[0]?.type === 'SpreadElement') throw new DoesMore()
        return this.#test(given[0] as Acorn.Expression)
      }
      case 'Identifier': {
        const at = this.#parameters.indexOf(test.name)
        if (at === -1 && test.name !== 'undefined') throw new DoesMore()
        if (at !== -1) this.#needed.add(at)
        return
      }
      default:
        constantOf(test as Acorn.Expression)
    }
  }
}

function isThrow(statement: Acorn.Statement): boolean {
  const [only, ...more] = statement.type === 'BlockStatement' ? statement.body : [statement]
  return only?.type === 'ThrowStatement' && more.length === 0
}

/** @throws DoesMore when it is none */
function constantOf(expression: Acorn.Expression): unknown {
  if (expression.type === 'Literal' && !(expression.value instanceof RegExp)) return expression.value
  if (expression.type === 'Identifier' && expression.name === 'undefined') return undefined
  if (expression.type === 'UnaryExpression' && expression.argument.type === 'Literal') {
    if (expression.operator === '-' && typeof expression.argument.value === 'number') return -expression.argument.value
    if (expression.operator === '!') return !expression.argument.value
    if (expression.operator === 'void') return undefined
  }
  throw new DoesMore()
}

/** What a public field begins with: it is replaced. */
function isHarmless(value: Acorn.Expression): boolean {
  if (value.type === 'ArrowFunctionExpression' || value.type === 'FunctionExpression') return true
  if (value.type === 'ArrayExpression') return value.elements.length === 0
  if (value.type === 'ObjectExpression') return value.properties.length === 0
  try {
    constantOf(value)
    return true
  } catch {
    return false
  }
}
