import type { Referent } from '../remote/managing.ts'
import type { ContainerKind } from '../remote/messages.ts'
import { containers } from './containers.ts'

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
