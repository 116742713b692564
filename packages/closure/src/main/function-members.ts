import * as types from 'node:util/types'
import type { Properties, Prototype } from '../protocol/message.ts'
import type { Analysis } from './analyze.ts'
import type { Encoder } from './encoder.ts'
import { textOf } from './function-reader.ts'

const notOwn = new Set<string | symbol>(['length', 'name', 'prototype', 'arguments', 'caller'])
const nothing = (): boolean => false

/** What was put on a function, or the statics of a class; 0 when there is nothing. */
export function ownProperties(encoder: Encoder, fn: object, analysis: Analysis, index: number): Properties | 0 {
  const ofText = analysis.isClass ? isOfText(fn, fn) : nothing
  const skip = (key: string | symbol): boolean => notOwn.has(key) || ofText(key)
  return Reflect.ownKeys(fn).every(skip) ? 0 : encoder.properties(fn, index, skip)
}

/** What was put on the `prototype` of a function, and what it inherits from when that is not in the text; 0 when there is nothing. */
export function prototypeChanges(encoder: Encoder, fn: object, analysis: Analysis, index: number): readonly [Prototype, Properties] | 0 {
  const prototype: unknown = Object.getOwnPropertyDescriptor(fn, 'prototype')?.value
  if (typeof prototype !== 'object' || prototype === null) return 0
  const ofText = analysis.isClass ? isOfText(fn, prototype) : nothing
  const skip = (key: string | symbol): boolean => key === 'constructor' || ofText(key)
  const above = Object.getPrototypeOf(prototype) as object | null
  const standard = analysis.isClass || types.isGeneratorFunction(fn) || above === Object.prototype
  if (standard && Reflect.ownKeys(prototype).every(skip)) return 0
  return [standard ? 0 : above === null ? null : encoder.prototypeEdge(above, index), encoder.properties(prototype, index, skip)]
}

/** Members of a class that its text makes again. */
function isOfText(type: object, holder: object): (key: string | symbol) => boolean {
  const text = textOf(type)
  const made = (member: unknown): boolean => typeof member === 'function' && text.includes(textOf(member))
  return key => {
    const descriptor = Object.getOwnPropertyDescriptor(holder, key)
    if (descriptor === undefined || descriptor.enumerable === true) return false
    if (descriptor.get === undefined && descriptor.set === undefined) return made(descriptor.value)
    return (descriptor.get === undefined || made(descriptor.get)) && (descriptor.set === undefined || made(descriptor.set))
  }
}
