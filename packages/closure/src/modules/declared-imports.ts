import type * as Acorn from 'acorn'
import type { Location } from '../text/inspector.ts'
import { type Declarator, findDeclarator } from './declarations.ts'
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
  const declarator = findDeclarator(program, text, location, name)
  return declarator?.kind === 'const' ? readDeclarator(declarator, name) : undefined
}

/** Characters before an import among which its pattern is looked for; a longer one may be missed there. */
const MAX_PATTERN = 10_000

/**
 * False when no declaration in the text gives a variable of this name the value of an `import()` or `require()`. It is
 * a look at the characters, of which comments may be some, so that true says nothing.
 */
export function mayDeclareImport(text: string, name: string): boolean {
  for (const { index } of text.matchAll(/\b(?:import|require)\s*\(/g)) {
    const before = withoutAwait(text.slice(Math.max(0, index - MAX_PATTERN), index))
    // In front of a comment anything may stand.
    if (before.endsWith('*/') || before.slice(before.lastIndexOf('\n') + 1).includes('//')) return true
    if (!before.endsWith('=')) continue
    const target = before.slice(0, -1).trimEnd()
    const isInTarget = target.endsWith('}')
      ? target.includes(name) || target.length > MAX_PATTERN / 2
      : target.endsWith(name)
    if (isInTarget) return true
  }
  return false
}

/** Without the parentheses and the `await` that it ends with. */
function withoutAwait(text: string): string {
  let end = text.length
  for (;;) {
    const rest = text.slice(0, end).trimEnd()
    const cut = rest.endsWith('(') ? 1 : /\bawait$/.test(rest.slice(-6)) ? 5 : 0
    if (cut === 0) return rest
    end = rest.length - cut
  }
}

function readDeclarator({ id, init }: Declarator, name: string): DeclaredImport | undefined {
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
      // What needs attributes, such as JSON, is data.
      return argument.type === 'ImportExpression' && argument.options == null
        ? asImport('import', argument.source)
        : undefined
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
