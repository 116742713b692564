import * as core from '../../src/index.ts'
import { type Across, replace, revive } from '../../src/index.ts'

interface Sent {
  readonly '#class': string
  readonly state: unknown
}

/**
 * What the codec of closure does with objects that say for themselves how they travel, in small: core knows no codec.
 */
export function toMessage(value: unknown, across: Across): unknown {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value) || value instanceof SharedArrayBuffer) {
    return value
  }
  if (Array.isArray(value)) return value.map(item => toMessage(item, across))
  if (replace in value) {
    const state = (value as { readonly [replace]: (across: Across) => unknown })[replace](across)
    return { '#class': value.constructor.name, state: toMessage(state, across) } satisfies Sent
  }
  const message: Record<string, unknown> = {}
  for (const [key, item] of Object.entries(value)) message[key] = toMessage(item, across)
  // What is held by a handle is held by the message as well, as in closure.
  kept.set(message, value)
  return message
}

const kept = new WeakMap<object, object>()

export function fromMessage(message: unknown): unknown {
  if (
    typeof message !== 'object' ||
    message === null ||
    ArrayBuffer.isView(message) ||
    message instanceof SharedArrayBuffer
  ) {
    return message
  }
  if (Array.isArray(message)) return message.map(fromMessage)
  if ('#class' in message) {
    const { '#class': name, state } = message as Sent
    const type = (core as unknown as Readonly<Record<string, { readonly [revive]: (state: unknown) => unknown }>>)[name]
    if (type === undefined) throw new Error(`core exports no ${name}`)
    return type[revive](fromMessage(state))
  }
  return Object.fromEntries(Object.entries(message).map(([key, item]) => [key, fromMessage(item)]))
}
