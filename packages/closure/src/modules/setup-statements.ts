import type * as Acorn from 'acorn'
import type { Inspector } from '../text/inspector.ts'
import { parseModule } from '../text/parse-function.ts'
import { fileText } from './module-text.ts'

/** A statement at the top of a module that changes something which the module imports. */
export interface SetupStatement {
  /** Counts from 1. */
  readonly line: number
  /** Its first line, shortened. */
  readonly text: string
}

type ByName = ReadonlyMap<string, readonly SetupStatement[]>

const statementsOfModule = new Map<string, ByName>()

/** The calls by which packages are set up. */
const setupMethod = /^(use|extend|register|init|set|config|locale|defs|add|load|connect|defaults|mixin)/
/** What also names functions that change their first argument: `_.extend(target, source)`. */
const ambiguousMethod = /^(extend|set|add|load|defaults|mixin)/
/** When the result is kept, others are more likely to have made something: `const doc = yaml.load(text)`. */
const keptMethod = /^(use|extend|register|init|config|connect)/

/**
 * The statements at the top of an ES module that set up what it imports, by the name of the import:
 * `dayjs.extend(utc)`, `await i18next.init({ … })`, `axios.defaults.timeout = 1000`, `await sodium.ready`.
 */
export function setupStatements(
  url: string,
  scriptId: string,
  name: string,
  inspector: Inspector,
): readonly SetupStatement[] {
  const text = fileText(url)
  // Parsing a large module takes long, and most set nothing up.
  if (text !== undefined && !mayStandIn(text, name)) return []
  let statements = statementsOfModule.get(url)
  if (statements === undefined) {
    statements = read(text ?? '') ?? read(inspector.scriptSource(scriptId)) ?? new Map()
    statementsOfModule.set(url, statements)
  }
  return statements.get(name) ?? []
}

/** Whether some line begins with `name.` or `name(`, or with what may stand before it in such a statement. */
function mayStandIn(text: string, name: string): boolean {
  const escaped = name.replaceAll('$', '\\$')
  return new RegExp(`(?:^|[;\\n])\\s*(?:[^\\n;]*=\\s*)?(?:await\\s+)?${escaped}\\s*[.(]`, 'u').test(text)
}

/** Undefined for what is no JavaScript. */
function read(text: string): ByName | undefined {
  let program: Acorn.Program
  try {
    program = parseModule(text)
  } catch {
    return undefined
  }
  if (program.body.length === 0) return undefined
  const statements = new Map<string, SetupStatement[]>()
  const isImported = importedNames(program)
  for (const statement of program.body) {
    for (const expression of expressionsOf(statement)) {
      const name = nameSetUp(expression, statement.type === 'ExpressionStatement', isImported)
      if (name === undefined) continue
      const line = text.slice(0, statement.start).split('\n').length
      const first = text.slice(statement.start, statement.end).split('\n')[0] as string
      const found = { line, text: first.length > 60 ? `${first.slice(0, 57)}...` : first }
      statements.set(name, [...(statements.get(name) ?? []), found])
    }
  }
  return statements
}

function expressionsOf(statement: Acorn.Statement | Acorn.ModuleDeclaration): readonly Acorn.Expression[] {
  switch (statement.type) {
    case 'ExpressionStatement':
      return [statement.expression]
    case 'VariableDeclaration':
      return statement.declarations.flatMap(({ init }) => (init == null ? [] : [init]))
    case 'ExportNamedDeclaration':
      return statement.declaration?.type === 'VariableDeclaration' ? expressionsOf(statement.declaration) : []
    default:
      return []
  }
}

function importedNames(program: Acorn.Program): (name: string) => boolean {
  const names = new Set<string>()
  for (const statement of program.body) {
    if (statement.type !== 'ImportDeclaration') continue
    for (const { local } of statement.specifiers) names.add(local.name)
  }
  return name => names.has(name)
}

/** What `expression` sets up: the name of an import. */
function nameSetUp(
  expression: Acorn.Expression,
  isStatement: boolean,
  isImported: (name: string) => boolean,
): string | undefined {
  switch (expression.type) {
    case 'AwaitExpression': {
      const { argument } = expression
      if (argument.type !== 'MemberExpression') return nameSetUp(argument, isStatement, isImported)
      return propertyOf(argument) === 'ready' ? rootOf(argument) : undefined
    }
    case 'CallExpression': {
      const { callee, arguments: args } = expression
      const method = callee.type === 'MemberExpression' ? (propertyOf(callee) ?? '') : ''
      if (!(isStatement ? setupMethod : keptMethod).test(method)) return undefined
      const [first] = args
      const changesArgument =
        ambiguousMethod.test(method) &&
        args.length > 1 &&
        (first?.type === 'Identifier' ? !isImported(first.name) : first?.type === 'ObjectExpression')
      return changesArgument ? undefined : rootOf(callee)
    }
    case 'AssignmentExpression':
      return expression.left.type === 'MemberExpression' ? rootOf(expression.left) : undefined
    default:
      return undefined
  }
}

function propertyOf({ computed, property }: Acorn.MemberExpression): string | undefined {
  return !computed && property.type === 'Identifier' ? property.name : undefined
}

/** `a` of `a.b.c`, `a.b().c` and `a().b`. */
function rootOf(expression: Acorn.Expression | Acorn.Super): string | undefined {
  let node: Acorn.Expression | Acorn.Super = expression
  for (;;) {
    if (node.type === 'MemberExpression') node = node.object
    else if (node.type === 'CallExpression') node = node.callee
    else return node.type === 'Identifier' ? node.name : undefined
  }
}
