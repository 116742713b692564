import { describeValue, SerializationError } from '@manyhands/base'
import { ERROR, type Extra, type Packed, PLAIN_PROPERTY, RAW } from '../protocol/message.ts'
import { leaveOut } from './leave-out.ts'
import { type PackContext, packWith } from './pack.ts'
import { formatStep } from './refusal.ts'

/** The property in which an error lists what it has lost on its way. */
const LIST = 'unsendable'

/**
 * Packs what a task threw, whatever it holds. An error keeps all that can travel; what cannot is left out and listed in
 * its property `unsendable`, an array of texts such as `.config → .agent: it is a http.Agent and cannot be sent`.
 */
export function packFailure(thrown: unknown, context: PackContext): Packed {
  try {
    const { packed, encoder } = packWith(thrown, { ...context, keepsGoing: true, isFailure: true })
    const nodes = [...packed.nodes]
    const at = nodes.findIndex(node => node[0] === ERROR)
    const before = encoder.path(at).length
    const lost = (encoder.lost ?? []).map(([index, why]) => {
      const path = encoder.path(index).slice(before).map(formatStep)
      return `${path.join(' → ') || 'the error'}: ${why}`
    })
    const error = nodes[at]
    if (error?.[0] === ERROR && leaveOut(nodes, packed.root)) {
      const [kind, prototype, integrity, [keys, values, extras = [], ...privates], stack] = nodes[at] as typeof error
      const list = nodes.push([RAW, lost]) - 1
      const more: Extra = [LIST, PLAIN_PROPERTY, [list]]
      nodes[at] = [kind, prototype, integrity, [keys, values, [...extras, more], ...privates], stack]
      return { ...packed, nodes }
    }
    encoder.discard() // what its parts have done to be sent is undone
  } catch {
    // What is thrown may do anything when it is looked at.
  }
  return packWith(substitute(thrown), context).packed
}

/** The texts and numbers of an error; for anything else an error that says what was thrown. */
function substitute(thrown: unknown): Error {
  const name = read(thrown, 'name')
  const message = read(thrown, 'message')
  if (typeof name !== 'string' || typeof message !== 'string') {
    return new SerializationError(`${describe(thrown)} was thrown, which cannot be sent back`)
  }
  const error = new Error(message)
  const stack = read(thrown, 'stack')
  error.stack = typeof stack === 'string' ? stack : `${name}: ${message}`
  const own: Record<string, unknown> = { name, [LIST]: ['the error: it cannot be read whole'] }
  for (const key of ['code', 'errno', 'syscall', 'path', 'status', 'statusCode']) {
    const value = read(thrown, key)
    if (typeof value === 'string' || typeof value === 'number') own[key] = value
  }
  return Object.assign(error, own)
}

function read(owner: unknown, key: string): unknown {
  try {
    return (owner as Readonly<Record<string, unknown>> | null | undefined)?.[key]
  } catch {
    return undefined
  }
}

function describe(thrown: unknown): string {
  try {
    return describeValue(thrown)
  } catch {
    return 'an object that cannot be read'
  }
}
