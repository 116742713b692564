import * as base from '@manyhands/core/base'
import lazy from '#lazy'

/** What core exports as `name`, if that is loaded in this thread. What is not loaded, nobody has. */
export function coreExport(name: string): unknown {
  return Object.hasOwn(base, name) ? (base as Readonly<Record<string, unknown>>)[name] : base.ownExports().get(name)
}

let names: ReadonlyMap<unknown, string> | undefined

/** In a bundle: the names of all that core exports. Bundlers give functions other names. */
export function coreNames(): ReadonlyMap<unknown, string> {
  return (names ??= new Map([...Object.entries(base), ...Object.entries(lazy.core())].map(([name, value]) => [value, name])))
}
