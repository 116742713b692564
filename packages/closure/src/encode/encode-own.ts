import { CORE_TAG, origin, type Origin } from '@manyhands/base'
import { baseExport, coreNames } from '../protocol/core-exports.ts'
import * as m from '../protocol/message.ts'
import { ownCopies } from '../protocol/own-copies.ts'

/** What is of manyhands itself: each side has its own copy of core, and finds the rest by its module. */
export function encodeOwn(fn: object, name: string): m.Node | undefined {
  const copies = ownCopies()
  const exported = baseExport(name) === fn ? name : copies === undefined ? undefined : coreNames().get(fn)
  if (exported !== undefined) return [m.ORIGIN, CORE_TAG, '', exported]
  if (!Object.hasOwn(fn, origin)) return undefined
  const { tag, module, name: given } = (fn as { readonly [origin]: Origin })[origin]
  if (copies === undefined) return [m.ORIGIN, tag, module, given]
  return tag === CORE_TAG || copies.tags.has(tag) ? [m.ORIGIN, tag, '', given] : undefined
}
