import { replace, revive, RLock } from '@manyhands/core'
import { SharedArray, Value } from '../../src/index.ts'

/** What a codec does, by hand: replaces objects that say what travels instead of them, to any depth. */
export function dehydrate(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || value instanceof SharedArrayBuffer) return value
  const own = value as { [replace]?: () => unknown; constructor: { name: string } }
  if (own[replace] !== undefined) return { class: own.constructor.name, state: dehydrate(own[replace]()) }
  if (Array.isArray(value)) return value.map(dehydrate)
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, dehydrate(part)]))
}

/** The other side of {@link dehydrate}. */
export function rehydrate(value: unknown, classes: Readonly<Record<string, unknown>>): unknown {
  if (typeof value !== 'object' || value === null || value instanceof SharedArrayBuffer) return value
  if ('class' in value && 'state' in value) {
    const maker = classes[String(value.class)] as { [revive](state: unknown): unknown }
    return maker[revive](rehydrate(value.state, classes))
  }
  if (Array.isArray(value)) return value.map(part => rehydrate(part, classes))
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, rehydrate(part, classes)]))
}

export const own = { SharedArray, Value, RLock }
