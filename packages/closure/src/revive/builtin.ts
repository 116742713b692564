import { SerializationError } from '@manyhands/base'
import { hiddenIntrinsics } from '../protocol/function-prototypes.ts'
import { REGISTERED } from '../protocol/names.ts'

/** What every worker has: reached from globalThis, or from a module of Node. */
export function builtin(module: string | undefined, path: readonly string[]): unknown {
  const value = follow(module === undefined ? globalThis : process.getBuiltinModule(module), path)
  if (value === undefined) {
    const where = module === undefined ? 'globalThis' : `node:${module}`
    throw new SerializationError(`${where} has no \`${path.join('.')}\` here`, {
      hint: 'start the workers with the same options of Node (execArgv)',
    })
  }
  return value
}

/** The value that `path` leads to; undefined when there is none. */
function follow(root: unknown, path: readonly string[]): unknown {
  let value: unknown = root
  for (const step of path) {
    if (step.startsWith('%')) {
      value = hiddenIntrinsics[step.slice(1)]
      continue
    }
    const accessor = /^(.*)#(get|set)$/.exec(step)
    const name = accessor?.[1] ?? step
    const key = name.startsWith(REGISTERED)
      ? Symbol.for(name.slice(REGISTERED.length))
      : name.startsWith('@@')
        ? (Symbol as unknown as Readonly<Record<string, symbol>>)[name.slice(2)]
        : name
    if (key === undefined || value === undefined || value === null) return undefined
    value =
      accessor === null
        ? (value as Readonly<Record<string | symbol, unknown>>)[key]
        : Object.getOwnPropertyDescriptor(value, key)?.[accessor[2] as 'get' | 'set']
  }
  return value
}

/**
 * What a module exports by a path of names; the module itself by none.
 *
 * @throws SerializationError when it has no such export
 */
export function exported(module: unknown, url: string, path: readonly string[]): unknown {
  const value = follow(module, path)
  if (value === undefined && path.length > 0) {
    throw new SerializationError(`the module ${url} has no export \`${path.join('.')}\` here`)
  }
  return value
}
