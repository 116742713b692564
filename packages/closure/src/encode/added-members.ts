import * as m from '../protocol/message.ts'
import type { Edge, Node } from '../protocol/message.ts'
import { TextCache } from '../protocol/text-cache.ts'
import { isNativeText, textOf } from '../text/function-text.ts'
import type { FunctionFacts } from '../text/inspector.ts'
import type { Encoder } from './encoder.ts'
import type { Step } from './refusal.ts'

/** Objects of the language that hold functions which do not need them as `this`. */
const namespaces: Readonly<Record<string, object>> = { Atomics, Intl, JSON, Math, Reflect }

interface UsedGlobal {
  readonly name: string
  readonly members: ReadonlySet<string> | undefined
  readonly text: string
  readonly facts: FunctionFacts
}

/**
 * For a function that uses what the program has put on an object of the language, as a bundled `reflect-metadata` does
 * and an `import` of it in a worker would: that object with those members, for this function alone.
 *
 * Members that another file has put there are left to its import.
 *
 * @returns undefined when there is none
 */
export function withAddedMembers(encoder: Encoder, used: UsedGlobal, index: number, by: () => Step): Edge | undefined {
  if (!Object.hasOwn(namespaces, used.name)) return undefined
  const namespace = namespaces[used.name] as object
  const names = [...(used.members ?? membersIn(used.text, used.name))].filter(name =>
    isAdded(encoder, namespace, name, used),
  )
  if (names.length === 0) return undefined
  return encoder.ownNode(
    (own): Node => [
      m.OBJECT,
      encoder.prototypeEdge(namespace, own),
      0,
      encoder.properties(namespace, own, key => typeof key !== 'string' || !names.includes(key)),
    ],
    index,
    by(),
  )
}

function isAdded(encoder: Encoder, namespace: object, name: string, { facts }: UsedGlobal): boolean {
  const { value, writable = false } = Object.getOwnPropertyDescriptor(namespace, name) ?? {}
  // Constants of the language cannot be written.
  if (typeof value !== 'function') return writable
  if (isNative(value as object)) return false
  return encoder.reader.facts(value as object)?.location?.scriptId === facts.location?.scriptId
}

const known = new WeakMap<object, boolean>()

/** Asked for the same few functions again and again. */
function isNative(fn: object): boolean {
  let native = known.get(fn)
  if (native === undefined) known.set(fn, (native = isNativeText(textOf(fn))))
  return native
}

const mentioned = new Map(Object.keys(namespaces).map(name => [name, new TextCache<ReadonlySet<string>>(1000)]))
const none: ReadonlySet<string> = new Set()

/** Of a text that was not parsed. More than there are do no harm: each is looked for. */
function membersIn(text: string, name: string): ReadonlySet<string> {
  const found = mentioned.get(name)?.get(text, () => {
    // Types that were stripped leave parentheses behind: `(Math       ).tau`.
    const pattern = new RegExp(`\\b${name}[\\s)]*(?:\\??\\.|(?:\\?\\.)?\\[\\s*["'\`])\\s*([\\p{ID_Continue}$]+)`, 'gu')
    return new Set(Array.from(text.matchAll(pattern), ([, member]) => member ?? ''))
  })
  return found ?? none
}
