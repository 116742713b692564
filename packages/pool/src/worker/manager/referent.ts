import { describeValue } from '@manyhands/core/base'
import type { ContainerKind } from '../../protocol/manager-messages.ts'
import { containers } from './containers.ts'

/** An object of a manager: what proxies stand for. */
export interface Referent {
  /** @throws TypeError for a method that there is not, or that may not be called */
  call(method: string, args: readonly unknown[]): unknown
  readonly exposed?: readonly string[]
  readonly hidden?: readonly string[]
  readonly className?: string
}

export function containerReferent(kind: ContainerKind, initial: object): Referent {
  const { make, methods } = containers[kind]
  const target = make(initial)
  return {
    call(method, args) {
      const operation = Object.hasOwn(methods, method) ? methods[method] : undefined
      if (operation === undefined) throw new TypeError(`a ${kind} of a manager has no method \`${method}\``)
      return operation(target as never, ...(args as never[]))
    },
  }
}

export function iteratorReferent(iterator: Iterator<unknown> | AsyncIterator<unknown>): Referent {
  return {
    call(method) {
      if (method === 'next') return iterator.next()
      if (method === 'return') return iterator.return?.() ?? { done: true, value: undefined }
      throw new TypeError(`an iterator of a manager has no method \`${method}\``)
    },
  }
}

/**
 * @param only - names of the methods that can be called. @default those that do not begin with `_`
 * @throws TypeError when it is no object, or has no such method
 */
export function objectReferent(target: unknown, only: readonly string[] | undefined): Referent {
  if (typeof target !== 'object' || target === null) throw new TypeError(`a manager keeps objects, got ${describeValue(target)}`)
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
      if (!exposed.includes(method)) throw new TypeError(`\`${className}\` has no method \`${method}\` that is exposed: those are ${exposed.join(', ') || 'none'}`)
      return (target as Readonly<Record<string, (...args: readonly unknown[]) => unknown>>)[method]?.(...args)
    },
  }
}

/** Of its classes as well; no getter is run. */
function methodNames(target: object): string[] {
  const names = new Set<string>()
  for (let object: object | null = target; object !== null && object !== Object.prototype; object = Object.getPrototypeOf(object) as object | null) {
    for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(object))) if (name !== 'constructor' && typeof value === 'function') names.add(name)
  }
  return [...names]
}
