import * as types from 'node:util/types'
import type { Properties, Prototype } from '../protocol/message.ts'
import type { Analysis } from '../text/analyze.ts'
import type { Methods, MethodTexts } from '../text/class-methods.ts'
import { textOf } from '../text/function-text.ts'
import type { Encoder } from './encoder.ts'
import { withPrivates } from './private-fields.ts'
import { step } from './refusal.ts'

const notOwn = new Set<string | symbol>(['length', 'name', 'prototype', 'arguments', 'caller'])
const nothing = (): boolean => false

/**
 * What was put on a function, or the statics of a class; 0 when there is nothing.
 *
 * @param privates - values of the static private fields
 */
export function ownProperties(
  encoder: Encoder,
  fn: object,
  analysis: Analysis,
  index: number,
  privates: readonly unknown[],
): Properties | 0 {
  const ofText = analysis.methods === undefined ? nothing : isOfText(encoder, fn, analysis.methods.statics, index)
  const skip = (key: string | symbol): boolean => notOwn.has(key) || ofText(key)
  if (privates.length === 0 && Reflect.ownKeys(fn).every(skip)) return 0
  const properties = encoder.properties(fn, index, skip)
  const names = analysis.members?.statics ?? []
  if (names.length === 0) return properties
  const edges = names.map((name, i) => encoder.edge(privates[i], index, step(name)))
  return withPrivates(properties, [[[index], names, edges]])
}

/**
 * What was put on the `prototype` of a function, and what it inherits from when that is not in the text; 0 when there
 * is nothing.
 */
export function prototypeChanges(
  encoder: Encoder,
  fn: object,
  analysis: Analysis,
  index: number,
): readonly [Prototype, Properties] | 0 {
  const prototype: unknown = Object.getOwnPropertyDescriptor(fn, 'prototype')?.value
  if (typeof prototype !== 'object' || prototype === null) return 0
  const ofText =
    analysis.methods === undefined ? nothing : isOfText(encoder, prototype, analysis.methods.prototype, index)
  const skip = (key: string | symbol): boolean => key === 'constructor' || ofText(key)
  const above = Object.getPrototypeOf(prototype) as object | null
  const standard = analysis.isClass || types.isGeneratorFunction(fn) || above === Object.prototype
  if (standard && Reflect.ownKeys(prototype).every(skip)) return 0
  return [
    standard ? 0 : above === null ? null : encoder.prototypeEdge(above, index),
    encoder.properties(prototype, index, skip),
  ]
}

/** Members of a class that its text makes again: those that are still what the text says, under the same key. */
function isOfText(
  encoder: Encoder,
  holder: object,
  methods: Methods,
  index: number,
): (key: string | symbol) => boolean {
  for (const key of methods.named.keys()) {
    if (!Object.hasOwn(holder, key)) {
      encoder.refuse(
        index,
        `its method ${String(key)} was deleted, and its text would make it again`,
        'delete it inside of the function, or leave it out of the class',
      )
    }
  }
  return key => {
    const descriptor = Object.getOwnPropertyDescriptor(holder, key)
    if (descriptor === undefined || descriptor.enumerable === true) return false
    const member = textsOf(descriptor)
    const named = methods.named.get(key)
    if (named !== undefined) return member.value === named.value && member.get === named.get && member.set === named.set
    return [member.value, member.get, member.set].every(text => text === undefined || methods.computed.has(text))
  }
}

function textsOf({ value, get, set }: PropertyDescriptor): MethodTexts {
  const text = (member: unknown): string | undefined => (typeof member === 'function' ? textOf(member) : undefined)
  return get === undefined && set === undefined
    ? { value: text(value) ?? '(no method)', get: undefined, set: undefined }
    : { value: undefined, get: text(get), set: text(set) }
}
