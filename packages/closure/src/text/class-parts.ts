import type * as Acorn from 'acorn'
import { isComputedMethod, methodText } from './class-methods.ts'

/**
 * A part of a class's text that was evaluated when the class was made. It is not evaluated again where the class is
 * revived: the variables in it may be gone, and a superclass that is made anew would be another one. A captured
 * variable stands for it, whose value is read from the class.
 */
export interface ClassPart {
  readonly name: string
  /** For the path of an error. */
  readonly label: string
  readonly start: number
  readonly end: number
  readonly read: (type: object) => unknown
}

/** The superclass and the computed names of methods. Those of fields are nowhere to be read. */
export function classParts(node: Acorn.ClassExpression, text: string, offset: number): ClassPart[] {
  const parts: ClassPart[] = []
  const { superClass } = node
  if (superClass && !isNull(superClass)) {
    parts.push({
      name: '__manyhands_super',
      label: '(superclass)',
      start: superClass.start - offset,
      end: superClass.end - offset,
      read: superclassOf,
    })
  }
  for (const member of node.body.body) {
    if (member.type !== 'MethodDefinition' || !isComputedMethod(member)) continue
    const source = methodText(member, text, offset)
    const holderOf = member.static
      ? (type: object) => type
      : (type: object) => (type as { readonly prototype: object }).prototype
    parts.push({
      name: `__manyhands_key_${parts.length}`,
      label: '(name of a method)',
      start: member.key.start - offset,
      end: member.key.end - offset,
      read: type => keyOf(holderOf(type), source),
    })
  }
  return parts
}

function isNull(node: Acorn.Expression): boolean {
  return node.type === 'Literal' && node.value === null
}

function superclassOf(type: object): unknown {
  const { prototype } = type as { readonly prototype: object }
  return Object.getPrototypeOf(prototype) === null ? null : Object.getPrototypeOf(type)
}

/** The key under which the method with this text is; a symbol of its own when it was taken away. */
function keyOf(holder: object, source: string): string | symbol {
  for (const key of Reflect.ownKeys(holder)) {
    const descriptor = Object.getOwnPropertyDescriptor(holder, key)
    for (const member of [descriptor?.value, descriptor?.get, descriptor?.set] as unknown[]) {
      if (typeof member === 'function' && Function.prototype.toString.call(member) === source) return key
    }
  }
  return Symbol('removed')
}
