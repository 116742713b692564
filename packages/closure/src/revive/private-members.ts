import { SerializationError } from '@manyhands/base'
import { type ClassMembers, classTable } from '../protocol/class-table.ts'
import type { MembersText } from '../protocol/message.ts'
import { membersName } from '../protocol/names.ts'
import { ownClassRefusal } from '../protocol/own-class-refusal.ts'

/** A class, and what gives its private members to an object. */
export interface Made {
  readonly type: object
  readonly members?: ClassMembers | undefined
}

/** The class around one whose text was rewritten; see `rewriteMembers`. */
type Around = (new (object: object) => object) & {
  readonly type: { readonly prototype: object }
  methods: readonly object[]
} & Pick<ClassMembers, 'has' | 'get' | 'set' | 'getStatics' | 'setStatics'>

/** Takes the class, and its private methods from its prototype. */
export function membersOf(made: object, { original, fields, methods, statics }: MembersText): Made {
  const around = made as Around
  const { type } = around
  around.methods = methods.map(([name, kind], i) => takeMethod(type.prototype, `${membersName}_${i}`, name, kind))
  return {
    type,
    members: {
      fields,
      statics,
      text: original,
      install: object => void new around(object),
      has: object => methods.length + fields.length > 0 && around.has(object),
      get: object => (fields.length === 0 ? [] : around.get(object)),
      set: (object, values) => around.set(object, values),
      getStatics: () => around.getStatics(),
      setStatics: values => around.setStatics(values),
    },
  }
}

function takeMethod(prototype: object, key: string, name: string, kind: 'method' | 'get' | 'set'): object {
  const descriptor = Object.getOwnPropertyDescriptor(prototype, key) as PropertyDescriptor
  Reflect.deleteProperty(prototype, key)
  const method = descriptor[kind === 'method' ? 'value' : kind] as object
  Object.defineProperty(method, 'name', { value: kind === 'method' ? name : `${kind} ${name}`, configurable: true })
  return method
}

/**
 * What gives an object the private members of a class.
 *
 * @throws SerializationError when this thread has made the class itself, so that nothing but its constructor can
 */
export function membersFor(type: object, names: readonly string[]): ClassMembers {
  const members = classTable().revived(type)?.members
  if (members?.fields.join() === names.join()) return members
  throw cannotSet(type, names)
}

function cannotSet(type: object, names: readonly string[], cause?: unknown): SerializationError {
  const name = String(Object.getOwnPropertyDescriptor(type, 'name')?.value)
  const [complaint, hint] = ownClassRefusal(name, names)
  return new SerializationError(`cannot receive a value: ${complaint}. Hint: ${hint}.`, {
    hint,
    ...(cause === undefined ? {} : { cause }),
  })
}

/**
 * An instance that the constructor of its class makes of `args`, with nothing of its own but the stack of `shell`.
 *
 * @throws SerializationError when the constructor throws: it would not have made what methods have made of the instance
 */
export function construct(type: object, names: readonly string[], args: readonly unknown[], shell: object): object {
  let made: object
  try {
    made = Reflect.construct(type as new () => object, args) as object
  } catch (cause) {
    throw cannotSet(type, names, cause)
  }
  for (const key of Reflect.ownKeys(made)) Reflect.deleteProperty(made, key)
  if (Object.hasOwn(shell, 'stack')) {
    const { stack } = shell as { readonly stack: unknown }
    Object.defineProperty(made, 'stack', { value: stack, configurable: true, writable: true })
  }
  return Object.setPrototypeOf(made, Object.getPrototypeOf(shell) as object) as object
}
