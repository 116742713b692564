import * as base from '@manyhands/base'
import lazy from '#lazy'

/** What base exports as `name`. */
export function baseExport(name: string): unknown {
  return Object.hasOwn(base, name) ? (base as Readonly<Record<string, unknown>>)[name] : undefined
}

let names: ReadonlyMap<unknown, string> | undefined

/** In a bundle: the names of all that base and core export. Bundlers give functions other names. */
export function coreNames(): ReadonlyMap<unknown, string> {
  return (names ??= new Map(
    [...Object.entries(base), ...Object.entries(lazy.core())].map(([name, value]) => [value, name]),
  ))
}
