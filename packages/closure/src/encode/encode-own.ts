import { CORE_TAG, origin, type Origin } from '@manyhands/base'
import { baseExport, coreNames } from '../protocol/core-exports.ts'
import * as m from '../protocol/message.ts'
import { ownCopies, sentByTag } from '../protocol/own-copies.ts'

/** What is of manyhands itself: each side has its own copy of core, and finds the rest by its module. */
export function encodeOwn(fn: object, name: string): m.Node | undefined {
  const copies = ownCopies()
  const exported = baseExport(name) === fn ? name : copies === undefined ? undefined : coreNames().get(fn)
  if (exported !== undefined) return [m.ORIGIN, CORE_TAG, '', exported]
  if (!Object.hasOwn(fn, origin)) return undefined
  const { tag, module, name: given, part } = (fn as { readonly [origin]: Origin })[origin]
  if (copies === undefined) return [m.ORIGIN, tag, module, given]
  if (tag === CORE_TAG) return [m.ORIGIN, tag, '', given]
  const isThere = copies.tags.has(tag)
  if (!isThere && part === undefined) return undefined
  sentByTag().set(`${tag} ${given}`, fn)
  return isThere ? [m.ORIGIN, tag, '', given] : [m.ORIGIN, tag, '', given, part?.name, part?.text()]
}
