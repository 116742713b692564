import { declaredFor } from '../modules/explicit.ts'
import { classTable } from '../protocol/class-table.ts'
import type { PrivateFields, Properties } from '../protocol/message.ts'
import { ownClassRefusal } from '../protocol/own-class-refusal.ts'
import { textOf } from '../text/function-text.ts'
import { nameOf } from '../text/name-of.ts'
import { isAdded, mayHaveMembers, type PrivateMembers } from '../text/private-members.ts'
import { constructorArguments } from './constructor-arguments.ts'
import { encodeOwn } from './encode-own.ts'
import type { Encoder } from './encoder.ts'
import { step } from './refusal.ts'

/** A class whose instances have private members. */
export interface PrivateClass {
  readonly type: object
  readonly declared: PrivateMembers
}

/** Undefined for a class without private members of instances. */
export function privateClass(encoder: Encoder, type: object): PrivateClass | undefined {
  if (!mayHaveMembers(textOf(type))) return undefined
  const { members } = encoder.reader.analysis(type)
  const count = members === undefined ? 0 : members.fields.length + members.methods.length + members.accessors.length
  return members === undefined || count === 0 ? undefined : { type, declared: members }
}

/** Whether the class is made anew on the other side, from its text, which can be rewritten. */
export function isSentAsText(encoder: Encoder, type: object): boolean {
  const { reader } = encoder
  if ((reader.exportedValue(type) ?? encoder.imports?.get(type)) !== undefined) return false
  if (encodeOwn(type, nameOf(type)) !== undefined) return false
  const declared = declaredFor(type)
  if (declared !== undefined) return !('module' in declared)
  const facts = reader.facts(type)
  if (facts === undefined) return false
  return reader.exportPlace(type, facts) === undefined
}

/**
 * The private fields of an instance.
 *
 * @param classes - those of its classes that have private members, the one furthest up first
 */
export function privateFields(
  encoder: Encoder,
  value: object,
  classes: readonly PrivateClass[],
  index: number,
): readonly PrivateFields[] {
  const values = readFields(encoder, value, classes)
  if (values === 'none') return []
  if (values === 'others') {
    return encoder.refuse(
      index,
      `its private members are not those of its classes (${classes.map(({ type }) => nameOf(type)).join(', ')})`,
      'send it when its constructor has ended, and do not change its prototype',
    )
  }
  const [only] = classes
  const args = classes.length === 1 && only ? constructorArguments(encoder, only.type, values) : undefined
  const foreign = encoder.isAnswer && classes.find(({ type }) => classTable().revived(type)?.isOfSender === true)
  if (foreign && args === undefined) {
    encoder.refuse(index, ...ownClassRefusal(nameOf(foreign.type), foreign.declared.fields))
  }
  let at = 0
  return classes.map(({ type, declared: { fields } }) => {
    encoder.reader.noteConstructor(type)
    return [
      encoder.reference(type, index, step(`(class ${nameOf(type)})`)),
      fields,
      fields.map(name => encoder.edge(values[at++], index, step(name))),
      args,
    ]
  })
}

/** The values of all fields; 'none' when no constructor has made the object. */
function readFields(
  encoder: Encoder,
  value: object,
  classes: readonly PrivateClass[],
): readonly unknown[] | 'none' | 'others' {
  const revived = classes.map(({ type }) => classTable().revived(type)?.members)
  if (revived.every(members => members !== undefined)) {
    const has = revived.filter(members => members.has(value)).length
    if (has === 0) return 'none'
    return has < revived.length ? 'others' : revived.flatMap(members => members.get(value))
  }
  const found = encoder.reader.inspector.readPrivate(value)
  const fields = found.fields.filter(({ name }) => !isAdded(name))
  const isThere = (i: number): boolean => revived[i] !== undefined
  const expected = {
    fields: classes.flatMap(({ declared }) => declared.fields),
    methods: classes.flatMap(({ declared }, i) => (isThere(i) ? [] : declared.methods)).length,
    // Of a rewritten class the methods are accessors.
    accessors: classes.flatMap(({ declared }, i) => [...declared.accessors, ...(isThere(i) ? declared.methods : [])]),
  }
  if (fields.length === 0 && found.methods === 0 && found.accessors.length === 0) return 'none'
  const isAll =
    fields.map(({ name }) => name).join() === expected.fields.join() &&
    found.methods === expected.methods &&
    found.accessors.toSorted().join() === expected.accessors.toSorted().join()
  return isAll ? fields.map(field => field.value) : 'others'
}

/** The values of the static private fields of a class. */
export function staticFields(
  encoder: Encoder,
  type: object,
  names: readonly string[],
  index: number,
): readonly unknown[] {
  if (names.length === 0) return []
  const revived = classTable().revived(type)?.members
  if (revived !== undefined) return revived.getStatics()
  const fields = encoder.reader.privateFields(type)
  if (fields === undefined) {
    return encoder.refuse(
      index,
      `the class has the private static member ${names[0]}, and without the inspector its value cannot be read`,
      'export the class from a module other than the main one',
    )
  }
  return names.map(name => fields.find(field => field.name === name)?.value)
}

/** @param privates - @default none */
export function withPrivates(properties: Properties, privates: readonly PrivateFields[] | undefined): Properties {
  return privates === undefined || privates.length === 0
    ? properties
    : [properties[0], properties[1], properties[2], privates]
}
