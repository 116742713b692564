import type * as Acorn from 'acorn'

/** The names that a stretch of a function's text declares. */
export class Scope {
  readonly #names = new Set<string>()
  readonly #outer: Scope | undefined

  constructor(outer: Scope | undefined) {
    this.#outer = outer
  }

  declare(name: string): void {
    this.#names.add(name)
  }

  /** Those that are declared here. */
  get names(): ReadonlySet<string> {
    return this.#names
  }

  /** True when `name` is declared here or further out. */
  knows(name: string): boolean {
    return this.#names.has(name) || this.#outer?.knows(name) === true
  }

  /** The scope that declares `name`: this one, or one further out. */
  find(name: string): Scope | undefined {
    return this.#names.has(name) ? this : this.#outer?.find(name)
  }

  declarePattern(pattern: Acorn.Pattern | null | undefined): void {
    switch (pattern?.type) {
      case 'Identifier':
        return this.declare(pattern.name)
      case 'ObjectPattern':
        for (const property of pattern.properties) {
          this.declarePattern(property.type === 'RestElement' ? property.argument : property.value)
        }
        return
      case 'ArrayPattern':
        for (const element of pattern.elements) this.declarePattern(element)
        return
      case 'AssignmentPattern':
        return this.declarePattern(pattern.left)
      case 'RestElement':
        return this.declarePattern(pattern.argument)
      default:
    }
  }

  /** `let`, `const`, classes and functions of a block. */
  declareLexical(statements: readonly (Acorn.Statement | Acorn.ModuleDeclaration)[]): void {
    for (const statement of statements) {
      if (statement.type === 'VariableDeclaration' && statement.kind !== 'var') {
        for (const { id } of statement.declarations) this.declarePattern(id)
      } else if (statement.type === 'FunctionDeclaration' || statement.type === 'ClassDeclaration') {
        this.declare(statement.id.name)
      }
    }
  }

  /** Each `var` in a function's body, however deep, but not in inner functions. */
  declareVars(nodes: readonly Acorn.AnyNode[]): void {
    const left: Acorn.AnyNode[] = [...nodes]
    for (let node = left.pop(); node !== undefined; node = left.pop()) {
      if (node.type === 'VariableDeclaration' && node.kind === 'var') {
        for (const { id } of node.declarations) this.declarePattern(id)
      }
      if (!isFunctionLike(node)) left.push(...childrenOf(node))
    }
  }
}

function isFunctionLike(node: Acorn.AnyNode): boolean {
  return /^(Function|ArrowFunction|Class)/.test(node.type)
}

/** The nodes directly under `node`. */
export function childrenOf(node: Acorn.AnyNode): Acorn.AnyNode[] {
  const children: Acorn.AnyNode[] = []
  for (const value of Object.values(node) as unknown[]) {
    for (const item of Array.isArray(value) ? (value as unknown[]) : [value]) if (isNode(item)) children.push(item)
  }
  return children
}

function isNode(value: unknown): value is Acorn.AnyNode {
  return typeof value === 'object' && value !== null && typeof (value as { type?: unknown }).type === 'string'
}
