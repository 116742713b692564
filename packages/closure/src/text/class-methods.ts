import type * as Acorn from 'acorn'

/** The methods and accessors that the text of a class makes, by the object that holds them. */
export interface ClassMethods {
  readonly statics: Methods
  readonly prototype: Methods
}

export interface Methods {
  /** By key. */
  readonly named: ReadonlyMap<string | symbol, MethodTexts>
  /** Texts of those whose key was computed. */
  readonly computed: ReadonlySet<string>
}

/** What `Function.prototype.toString` says of each. */
export interface MethodTexts {
  readonly value?: string | undefined
  readonly get?: string | undefined
  readonly set?: string | undefined
}

export function classMethods(node: Acorn.ClassExpression, text: string, offset: number): ClassMethods {
  const [statics, prototype] = [newMethods(), newMethods()]
  for (const member of node.body.body) {
    if (
      member.type !== 'MethodDefinition' ||
      member.kind === 'constructor' ||
      member.key.type === 'PrivateIdentifier'
    ) {
      continue
    }
    const { named, computed } = member.static ? statics : prototype
    const source = methodText(member, text, offset)
    if (isComputedMethod(member)) computed.add(source)
    else note(named, keyOf(member), member.kind, source)
  }
  return { statics, prototype }
}

/** The text of a method as the engine gives it. */
export function methodText(member: Acorn.MethodDefinition, text: string, offset: number): string {
  const source = text.slice(member.start - offset, member.end - offset)
  return member.static ? source.replace(/^static(?=\W)\s*/, '') : source
}

function newMethods(): { readonly named: Map<string | symbol, MethodTexts>; readonly computed: Set<string> } {
  return { named: new Map(), computed: new Set() }
}

/** Of two methods with one key the later one stays; a getter and a setter stay both. */
function note(
  named: Map<string | symbol, MethodTexts>,
  key: string | symbol,
  kind: 'get' | 'set' | 'method',
  source: string,
): void {
  const known = named.get(key)
  if (kind === 'method') named.set(key, { value: source })
  else named.set(key, { ...(known?.value === undefined ? known : {}), [kind]: source })
}

function keyOf({ key, computed }: Acorn.MethodDefinition): string | symbol {
  if (key.type === 'Literal') return String(key.value)
  if (key.type === 'MemberExpression' && key.property.type === 'Identifier') {
    return (Symbol as unknown as Readonly<Record<string, symbol>>)[key.property.name] as symbol
  }
  return !computed && key.type === 'Identifier' ? key.name : ''
}

/** The key of a method was computed when the class was made. */
export function isComputedMethod(member: Acorn.MethodDefinition | Acorn.PropertyDefinition): boolean {
  return member.type === 'MethodDefinition' && member.computed && !isFixed(member.key)
}

/** `['name']` and `[Symbol.iterator]` mean the same everywhere. */
function isFixed(key: Acorn.Expression | Acorn.PrivateIdentifier): boolean {
  return (
    key.type === 'Literal' ||
    (key.type === 'MemberExpression' &&
      !key.computed &&
      key.object.type === 'Identifier' &&
      key.object.name === 'Symbol')
  )
}
