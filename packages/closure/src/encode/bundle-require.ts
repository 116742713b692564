import * as types from 'node:util/types'
import { webpackRequire } from '../modules/bundle-text.ts'
import { valueOf } from '../modules/exports.ts'
import * as m from '../protocol/message.ts'
import type { Node } from '../protocol/message.ts'
import type { Required } from '../text/free-variable.ts'
import { textOf } from '../text/function-text.ts'
import type { Encoder } from './encoder.ts'
import { step } from './refusal.ts'

/** `bindGet(map)` gives what the map has for an id: `Map.prototype.get.bind(map)`. */
const bindGet = Function.prototype.bind.bind(Map.prototype.get)

/**
 * The `require` of a bundle, as one function uses it: with the exports of those modules alone that it asks for by their
 * ids. All others would travel, too, and with them the main module.
 *
 * @returns undefined for any other function, and when one of the modules has not run
 */
export function bundleRequire(
  encoder: Encoder,
  value: unknown,
  { ids, members }: Required,
): ((index: number) => Node) | undefined {
  if (typeof value !== 'function' || types.isProxy(value)) return undefined
  const cacheName = webpackRequire(textOf(value))?.cache
  if (cacheName === undefined) return undefined
  const level = encoder.reader
    .facts(value)
    ?.scopes.find(({ kind, variables }) => !kind.startsWith('Global') && Object.hasOwn(variables, cacheName))
  const cache = level === undefined ? undefined : valueOf(level.variables, cacheName)
  const exportsOf = new Map<string | number, unknown>()
  for (const id of ids) {
    const module = memberOf(cache, String(id))
    if (module === undefined) return undefined
    exportsOf.set(id, memberOf(module, 'exports'))
  }
  return index => {
    const modules = encoder.edge(exportsOf, index, step('(modules)'))
    return [
      m.CALL,
      encoder.edge(bindGet, index, ''),
      [modules],
      encoder.properties(value, index, key => typeof key !== 'string' || !members.has(key)),
    ]
  }
}

function memberOf(owner: unknown, name: string): unknown {
  if (typeof owner !== 'object' || owner === null || types.isProxy(owner)) return undefined
  return Object.getOwnPropertyDescriptor(owner, name)?.value as unknown
}
