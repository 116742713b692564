import { describeValue, Promise } from '@manyhands/base'
import { keepIterator, type Referent } from './managing.ts'

/**
 * @param only - names of the methods that can be called. @default those that do not begin with `_`
 * @throws TypeError when it is no object, or has no such method
 */
export function objectReferent(target: unknown, only: readonly string[] | undefined): Referent {
  if (typeof target !== 'object' || target === null) {
    throw new TypeError(`a manager keeps objects, got ${describeValue(target)}`)
  }
  const className = (target.constructor as { readonly name?: string } | undefined)?.name || 'object'
  const all = methodNames(target)
  const missing = only?.find(name => !all.includes(name))
  if (missing !== undefined) throw new TypeError(`exposed: \`${className}\` has no method \`${missing}\``)
  const exposed = only ?? all.filter(name => !name.startsWith('_'))
  return {
    className,
    exposed,
    hidden: all.filter(name => !exposed.includes(name)),
    call(method, args) {
      if (!exposed.includes(method)) {
        throw new TypeError(
          `\`${className}\` has no method \`${method}\` that is exposed: those are ${exposed.join(', ') || 'none'}`,
        )
      }
      const result = (target as Readonly<Record<string, (...args: readonly unknown[]) => unknown>>)[method]?.(...args)
      return result instanceof Promise ? result.then(keepIterator) : keepIterator(result)
    },
  }
}

/** Of its classes as well; no getter is run. One named `then` would make the proxy a promise. */
function methodNames(target: object): string[] {
  const names = new Set<string>()
  for (
    let object: object | null = target;
    object !== null && object !== Object.prototype;
    object = Object.getPrototypeOf(object) as object | null
  ) {
    for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(object))) {
      if (name !== 'constructor' && name !== 'then' && typeof value === 'function') names.add(name)
    }
  }
  return [...names]
}
