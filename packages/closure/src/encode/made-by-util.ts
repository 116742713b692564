import * as util from 'node:util'
import * as m from '../protocol/message.ts'
import type { Node } from '../protocol/message.ts'
import type { FunctionFacts, ScopeLevel } from '../text/inspector.ts'
import type { Encoder } from './encoder.ts'
import { step } from './refusal.ts'

/** By the name of the code that made a function: the function of `node:util`, and the variables that it was given. */
const makers: readonly (readonly [scope: RegExp, maker: (...args: never[]) => unknown, given: readonly string[]])[] = [
  [/\(promisify\)/, util.promisify, ['original']],
  [/\(callbackify\)/, util.callbackify, ['original']],
  [/\(deprecate\)/, util.deprecate, ['fn', 'msg', 'code']],
  [/\(debuglog\)/, util.debuglog, ['set', 'cb']],
]

/** What the maker itself puts on the function. */
const made = new Set<string | symbol>(['length', 'name', 'prototype', 'enabled', util.promisify.custom])

/** Of the code that made a function, and of what that code has called for it. */
function variablesOf(encoder: Encoder, scopes: FunctionFacts['scopes']): ScopeLevel['variables'][] {
  const own = scopes.filter(({ kind }) => !kind.startsWith('Global')).map(level => level.variables)
  const emit = own.find(level => Object.hasOwn(level, 'emitDeprecationWarning'))?.['emitDeprecationWarning']
  return typeof emit === 'function' ? [...own, ...variablesOf(encoder, encoder.reader.facts(emit)?.scopes ?? [])] : own
}

/**
 * A function that `promisify`, `callbackify`, `deprecate` or `debuglog` of Node has made: it is made again from the
 * same.
 */
export function madeByUtil(
  encoder: Encoder,
  fn: object,
  { scopes }: FunctionFacts,
  url: string,
  index: number,
): Node | undefined {
  if (!/^node:(?:internal\/)?util\b/.test(url)) return undefined
  for (const [scope, maker, given] of makers) {
    if (!scopes.some(({ kind }) => scope.test(kind))) continue
    const variables = variablesOf(encoder, scopes)
    const values = given.map(name => variables.find(level => Object.hasOwn(level, name))?.[name])
    if (values[0] === undefined) continue
    const args = values.map((value, i) => encoder.edge(value, index, step(`(argument ${i} of util.${maker.name})`)))
    const callee = encoder.edge(maker, index, step(`util.${maker.name}`))
    return [m.CALL, callee, args, encoder.properties(fn, index, key => made.has(key))]
  }
  return undefined
}
