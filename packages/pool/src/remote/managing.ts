import { Managed } from './managed.ts'

/** An object of a manager: what proxies stand for. */
export interface Referent {
  /** @throws TypeError for a method that there is not, or that may not be called */
  call(method: string, args: readonly unknown[]): unknown
  readonly exposed?: readonly string[]
  readonly hidden?: readonly string[]
  readonly className?: string
}

/** A result that stays here, and of which a proxy is sent. */
export class Managing {
  readonly referent: Referent

  constructor(referent: Referent) {
    this.referent = referent
  }
}

/** An iterator cannot travel: it is iterated from where its proxy is. */
export function keepIterator(result: unknown): unknown {
  return isIterator(result) ? new Managing(iteratorReferent(result)) : result
}

function iteratorReferent(iterator: Iterator<unknown> | AsyncIterator<unknown>): Referent {
  return {
    call(method) {
      if (method === 'next') return iterator.next()
      if (method === 'return') return iterator.return?.() ?? { done: true, value: undefined }
      throw new TypeError(`an iterator of a manager has no method \`${method}\``)
    },
  }
}

function isIterator(value: unknown): value is Iterator<unknown> | AsyncIterator<unknown> {
  if (typeof value !== 'object' || value === null || value instanceof Managed) return false
  return (
    'next' in value && typeof value.next === 'function' && (Symbol.iterator in value || Symbol.asyncIterator in value)
  )
}
