import type * as Acorn from 'acorn'
import { thisName } from '../protocol/names.ts'
import { isComputedMethod } from './class-methods.ts'
import { type FreeVariable, newVariable } from './free-variable.ts'
import { type LostWrite, writeOf } from './lost-write.ts'
import { childrenOf, Scope } from './scope.ts'

/** What a function takes from the place where it stands. */
export interface Usage {
  readonly free: Map<string, FreeVariable>
  /** Each `this` of the code around it; among the free ones it is {@link thisName}. */
  readonly outerThis: Acorn.ThisExpression[]
  outerArguments: boolean
  outerNewTarget: boolean
  outerSuper: boolean
  directEval: boolean
  /**
   * It assigns its own name, which only a declaration can: the name is a variable of the code around it, and among the
   * free ones.
   */
  replacesItself: boolean
  /** It uses its own name and does not assign it. */
  usesItself: boolean
  /** It may mean something else in strict code, and would not fail there. */
  modeMatters: boolean
  /** Each `import()` and each `import.meta`. */
  readonly imports: Acorn.ImportExpression[]
  readonly importMetas: Acorn.MetaProperty[]
  /** Static fields and blocks: they do not run again where the class is revived. */
  readonly staticInitialisers: Acorn.AnyNode[]
}

/** Where the walk is. */
interface Place {
  readonly scope: Scope
  readonly eager: boolean
  /** In an initialiser of a static member of the class that is analysed. */
  readonly dropped: boolean
  /** `this` and the like belong to a function inside of the text. */
  readonly bound: boolean
  /** So does `super`. */
  readonly boundSuper: boolean
}

type Use = { readonly written?: boolean; readonly member?: string; readonly id?: string | number | undefined }

/**
 * What the name of a function is in its text: its own, or a variable of the code around it. `'unknown'`: a variable
 * when it is assigned.
 */
export type OwnName = 'own' | 'variable' | 'unknown'

/** Finds what a function or class uses and does not declare. */
export function freeVariables(
  root: Acorn.FunctionExpression | Acorn.ArrowFunctionExpression | Acorn.ClassExpression,
  ownName: OwnName,
): Usage {
  const walk = new Walk(root, false)
  walk.start()
  const isVariable = ownName === 'variable' || (ownName === 'unknown' && walk.usage.replacesItself)
  if (!isVariable) return { ...walk.usage, replacesItself: false }
  const again = new Walk(root, true)
  again.start()
  return { ...again.usage, replacesItself: true }
}

class Walk {
  readonly usage: Usage = {
    free: new Map(),
    outerThis: [],
    outerArguments: false,
    outerNewTarget: false,
    outerSuper: false,
    directEval: false,
    replacesItself: false,
    usesItself: false,
    modeMatters: false,
    imports: [],
    importMetas: [],
    staticInitialisers: [],
  }
  readonly #root: Acorn.FunctionExpression | Acorn.ArrowFunctionExpression | Acorn.ClassExpression
  /** Declares the name of the function itself. */
  #ownScope: Scope | undefined
  /** The write that the statement is which is being visited. */
  #write: (LostWrite & { readonly name: string }) | undefined

  readonly #isNameFree: boolean

  /** @param isNameFree - the name of the function is a variable of the code around it */
  constructor(
    root: Acorn.FunctionExpression | Acorn.ArrowFunctionExpression | Acorn.ClassExpression,
    isNameFree: boolean,
  ) {
    this.#root = root
    this.#isNameFree = isNameFree
  }

  start(): void {
    const place: Place = { scope: new Scope(undefined), eager: false, dropped: false, bound: false, boundSuper: false }
    if (this.#root.type === 'ClassExpression') this.#class(this.#root, place)
    else this.#function(this.#root, place)
  }

  #use(name: string, place: Place, { written = false, member, id }: Use = {}): void {
    if (name === 'arguments' && !place.bound) {
      this.usage.outerArguments = true
      return
    }
    // In sloppy code they change with the parameters.
    if (name === 'arguments') this.usage.modeMatters = true
    const isOwnName = this.#ownScope !== undefined && place.scope.find(name) === this.#ownScope
    if (isOwnName) this.usage[written ? 'replacesItself' : 'usesItself'] = true
    if (place.scope.knows(name) || name === 'undefined') return
    let variable = this.usage.free.get(name)
    if (variable === undefined) {
      this.usage.free.set(name, (variable = newVariable()))
    }
    variable.written ||= written
    if (this.#write?.name !== name) variable.read = true
    else variable.lostWrite ??= this.#write
    variable.eager ||= place.eager
    variable.needed ||= !place.dropped
    if (member !== undefined) {
      variable.members?.add(member)
      variable.required?.members.add(member)
      return
    }
    if (id === undefined) variable.required = undefined
    else if (variable.members !== undefined) variable.required = { ids: new Set(), members: variable.members }
    if (id !== undefined) variable.required?.ids.add(id)
    variable.members = undefined
  }

  #visitAll(nodes: readonly (Acorn.AnyNode | null)[], place: Place): void {
    for (const node of nodes) this.#visit(node, place)
  }

  #visit(node: Acorn.AnyNode | null | undefined, place: Place): void {
    switch (node?.type) {
      case undefined:
      case 'BreakStatement':
      case 'ContinueStatement':
      case 'PrivateIdentifier':
        return
      case 'Identifier':
        return this.#use(node.name, place)
      case 'ThisExpression':
        if (place.bound) this.usage.modeMatters = true
        else {
          this.usage.outerThis.push(node)
          this.#use(thisName, place)
        }
        return
      case 'Super':
        this.usage.outerSuper ||= !place.boundSuper
        return
      case 'MetaProperty':
        if (node.meta.name === 'import') this.usage.importMetas.push(node)
        else this.usage.outerNewTarget ||= !place.bound
        return
      case 'ImportExpression':
        this.usage.imports.push(node)
        if (node != null) this.#visitAll(childrenOf(node), place)
        return
      case 'MemberExpression':
        return this.#member(node, place)
      case 'CallExpression':
        if (node.callee.type === 'Identifier' && node.callee.name === 'eval') this.usage.directEval = true
        if (node.callee.type !== 'Identifier') return this.#visitAll(childrenOf(node), place)
        this.#use(node.callee.name, place, { id: onlyLiteral(node) })
        return this.#visitAll(node.arguments, place)
      case 'Property':
        if (node.computed) this.#visit(node.key, place)
        // A method of an object literal has a `super` of its own.
        return this.#visit(node.value, node.method || node.kind !== 'init' ? { ...place, boundSuper: true } : place)
      case 'FunctionDeclaration':
      case 'FunctionExpression':
      case 'ArrowFunctionExpression':
        return this.#function(node, place)
      case 'ClassDeclaration':
      case 'ClassExpression':
        return this.#class(node, place)
      case 'VariableDeclaration':
        for (const { id, init } of node.declarations) {
          this.#pattern(id, place, true)
          this.#visit(init, place)
        }
        return
      case 'AssignmentExpression':
        this.#pattern(node.left, place, false)
        return this.#visit(node.right, place)
      case 'UpdateExpression':
        return this.#pattern(node.argument, place, false)
      case 'ObjectPattern':
      case 'ArrayPattern':
      case 'AssignmentPattern':
      case 'RestElement':
        return this.#pattern(node, place, false)
      case 'ExpressionStatement':
        return this.#statement(node.expression, place, false)
      case 'LabeledStatement':
        return this.#visit(node.body, place)
      case 'WithStatement':
        this.usage.directEval = true
        if (node != null) this.#visitAll(childrenOf(node), place)
        return
      case 'BlockStatement':
        // In sloppy code a function that is declared in a block is seen outside of it.
        this.usage.modeMatters ||= node.body.some(({ type }) => type === 'FunctionDeclaration')
        return this.#inBlock(node.body, place, inner => this.#visitAll(node.body, inner))
      case 'ForStatement':
        return this.#inBlock(declarationOf(node.init), place, inner => this.#visitAll(childrenOf(node), inner))
      case 'ForInStatement':
      case 'ForOfStatement':
        return this.#inBlock(declarationOf(node.left), place, inner => {
          if (node.left.type === 'VariableDeclaration') this.#visit(node.left, inner)
          else this.#pattern(node.left, inner, false)
          this.#visitAll([node.right, node.body], inner)
        })
      case 'SwitchStatement':
        this.#visit(node.discriminant, place)
        return this.#inBlock(
          node.cases.flatMap(({ consequent }) => consequent),
          place,
          inner => {
            for (const { test, consequent } of node.cases) this.#visitAll([test ?? null, ...consequent], inner)
          },
        )
      case 'CatchClause':
        return this.#inBlock([], place, inner => {
          inner.scope.declarePattern(node.param)
          this.#pattern(node.param, inner, true)
          this.#visit(node.body, inner)
        })
      default:
        if (node != null) this.#visitAll(childrenOf(node), place)
        return
    }
  }

  #statement(expression: Acorn.Expression, place: Place, isBody: boolean): void {
    const outer = this.#write
    const write = writeOf(expression)
    this.#write = write === undefined ? undefined : { ...write, isBody }
    this.#visit(expression, place)
    this.#write = outer
  }

  #member(node: Acorn.MemberExpression, place: Place): void {
    if (node.object.type === 'Identifier' && !node.computed && node.property.type === 'Identifier') {
      this.#use(node.object.name, place, { member: node.property.name })
    } else this.#visit(node.object, place)
    if (node.computed) this.#visit(node.property, place)
  }

  #inBlock(
    statements: readonly (Acorn.Statement | Acorn.ModuleDeclaration)[],
    place: Place,
    visit: (inner: Place) => void,
  ): void {
    const scope = new Scope(place.scope)
    scope.declareLexical(statements)
    visit({ ...place, scope })
  }

  /** Expressions inside of a pattern are used; its names are declared, or else written. */
  #pattern(
    pattern: Acorn.Pattern | Acorn.Expression | Acorn.VariableDeclaration | null | undefined,
    place: Place,
    declares: boolean,
  ): void {
    switch (pattern?.type) {
      case undefined:
        return
      case 'Identifier':
        if (!declares) this.#use(pattern.name, place, { written: true })
        return
      case 'ObjectPattern':
        for (const property of pattern.properties) {
          if (property.type === 'RestElement') {
            this.#pattern(property.argument, place, declares)
            continue
          }
          if (property.computed) this.#visit(property.key, place)
          this.#pattern(property.value, place, declares)
        }
        return
      case 'ArrayPattern':
        for (const element of pattern.elements) this.#pattern(element, place, declares)
        return
      case 'AssignmentPattern':
        this.#pattern(pattern.left, place, declares)
        return this.#visit(pattern.right, place)
      case 'RestElement':
        return this.#pattern(pattern.argument, place, declares)
      default:
        return this.#visit(pattern, place)
    }
  }

  #function(node: Acorn.Function & Acorn.AnyNode, place: Place): void {
    const isArrow = node.type === 'ArrowFunctionExpression'
    let outer = place.scope
    if (node.type === 'FunctionExpression' && node.id) {
      outer = new Scope(outer)
      if (node === this.#root) this.#ownScope = outer
      if (node !== this.#root || !this.#isNameFree) outer.declare(node.id.name)
    }
    const scope = new Scope(outer)
    const bound = isArrow ? place.bound : true
    if (!isArrow) scope.declare('arguments')
    for (const parameter of node.params) scope.declarePattern(parameter)
    const inner: Place = { ...place, scope, bound }
    for (const parameter of node.params) this.#pattern(parameter, inner, true)
    if (node.body.type !== 'BlockStatement') return this.#statement(node.body, inner, true)
    const body = new Scope(scope)
    body.declareVars(node.body.body)
    body.declareLexical(node.body.body)
    this.#visitAll(node.body.body, { ...inner, scope: body })
  }

  #class(node: Acorn.Class & Acorn.AnyNode, place: Place): void {
    const isRoot = node === this.#root
    const scope = new Scope(place.scope)
    if (node.id) scope.declare(node.id.name)
    const head: Place = { ...place, scope, eager: place.eager || isRoot }
    if (!isRoot) this.#visit(node.superClass, head)
    for (const member of node.body.body) {
      if (member.type !== 'StaticBlock' && member.computed && !(isRoot && isMadeOnce(member))) {
        this.#visit(member.key, head)
      }
      if (isRoot) this.#noteMember(member)
      const isStatic = member.type === 'StaticBlock' || member.static
      const dropped = place.dropped || (isRoot && member.type !== 'MethodDefinition' && isStatic)
      const inner: Place = {
        ...place,
        scope,
        eager: false,
        dropped,
        bound: true,
        boundSuper: true,
      }
      if (member.type === 'StaticBlock') {
        const body = new Scope(scope)
        body.declareVars(member.body)
        body.declareLexical(member.body)
        this.#visitAll(member.body, { ...inner, scope: body })
      } else this.#visit(member.value, inner)
    }
  }

  #noteMember(member: Acorn.MethodDefinition | Acorn.PropertyDefinition | Acorn.StaticBlock): void {
    if (member.type === 'StaticBlock') {
      this.usage.staticInitialisers.push(member)
      return
    }
    // Of a private one the declaration stays.
    if (member.key.type === 'PrivateIdentifier') return
    if (member.static && member.type === 'PropertyDefinition') this.usage.staticInitialisers.push(member)
  }
}

/** The text or number that is the one argument of a call. */
function onlyLiteral({ arguments: given }: Acorn.CallExpression): string | number | undefined {
  const [first] = given
  if (given.length !== 1 || first?.type !== 'Literal') return undefined
  return typeof first.value === 'string' || typeof first.value === 'number' ? first.value : undefined
}

/** The name of the member is read from the class, or the member is dropped. */
function isMadeOnce(member: Acorn.MethodDefinition | Acorn.PropertyDefinition): boolean {
  return isComputedMethod(member) || (member.static && member.type === 'PropertyDefinition')
}

function declarationOf(node: Acorn.AnyNode | null | undefined): Acorn.Statement[] {
  return node?.type === 'VariableDeclaration' ? [node] : []
}
