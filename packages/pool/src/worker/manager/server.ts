import { InvalidStateError } from '@manyhands/core/base'
import { links } from '../../main/manager/link.ts'
import type { Link } from '../../main/manager/link.ts'
import { ROOT } from '../../protocol/manager-messages.ts'
import type { ContainerKind, ProxyHandle, ServerAddress } from '../../protocol/manager-messages.ts'
import { containerReferent, iteratorReferent, objectReferent } from './referent.ts'
import type { Referent } from './referent.ts'
import { Referents } from './referents.ts'
import type { Holder } from './referents.ts'

/** A result that stays here, and of which a proxy is sent. */
export class Managing {
  readonly referent: Referent

  constructor(referent: Referent) {
    this.referent = referent
  }
}

type Constructor = new (...args: readonly unknown[]) => unknown
type Factory = (...args: readonly unknown[]) => unknown

/** The objects, and the way of this process itself to them: proxies that are in containers, or given to methods. */
export class ManagerServer implements Link, Holder {
  readonly referents = new Referents()
  readonly holds = new Map<number, number>()
  readonly #address: ServerAddress
  readonly #shutdown: () => Promise<void>
  #nextTicket = 0
  /** Where to note which handles a result holds, while one is encoded. */
  #noted: Map<string, number> | undefined

  constructor(address: ServerAddress, shutdown: () => Promise<void>) {
    this.#address = address
    this.#shutdown = shutdown
    links().set(address.id, this)
  }

  /**
   * Calls a method now.
   *
   * @throws what it throws; InvalidStateError when the object is gone
   */
  invoke(object: number, method: string, args: readonly unknown[]): unknown {
    if (object === ROOT) return this.#root(method, args)
    const referent = this.referents.get(object)
    if (referent === undefined) throw new InvalidStateError('the object is gone from its manager: its last proxy was dropped before this one arrived')
    const result = referent.call(method, args)
    return isIterator(result) ? new Managing(iteratorReferent(result)) : result instanceof Promise ? result.then(value => (isIterator(value) ? new Managing(iteratorReferent(value)) : value)) : result
  }

  handleOf(object: number, { exposed, hidden, className }: Referent): ProxyHandle {
    return { server: this.#address, object, ticket: this.ticket(object), exposed, hidden, className }
  }

  /** Adds the tickets that are made by `encode` to `tickets`. */
  noteTickets<R>(tickets: Map<string, number>, encode: () => R): R {
    this.#noted = tickets
    try {
      return encode()
    } finally {
      this.#noted = undefined
    }
  }

  // ---- as a link

  async call(object: number, method: string, args: readonly unknown[]): Promise<unknown> {
    return this.invoke(object, method, args)
  }

  claim(object: number, ticket: string, isNew: boolean): void {
    this.referents.claim(this, object, ticket, isNew)
  }

  ticket(object: number): string {
    const ticket = `:${this.#nextTicket++}`
    this.referents.announce(object, ticket)
    this.#noted?.set(ticket, object)
    return ticket
  }

  release(object: number): void {
    this.referents.release(this, object)
  }

  // ---- the manager itself

  #root(method: string, args: readonly unknown[]): unknown {
    switch (method) {
      case 'container':
        return new Managing(containerReferent(args[0] as ContainerKind, args[1] as object))
      case 'create': {
        const [make, exposed, given] = args as [Constructor | Factory, readonly string[] | undefined, readonly unknown[]]
        const made = isConstructor(make) ? new make(...given) : make(...given)
        return made instanceof Promise ? made.then(object => new Managing(objectReferent(object, exposed))) : new Managing(objectReferent(made, exposed))
      }
      case 'count':
        return this.referents.size
      case 'shutdown':
        return this.#shutdown()
      default:
        throw new TypeError(`a manager has no method \`${method}\``)
    }
  }
}

function isIterator(value: unknown): value is Iterator<unknown> | AsyncIterator<unknown> {
  return typeof value === 'object' && value !== null && 'next' in value && typeof value.next === 'function' && (Symbol.iterator in value || Symbol.asyncIterator in value)
}

/** Runs nothing of it. */
function isConstructor(make: Constructor | Factory): make is Constructor {
  try {
    Reflect.construct(Object, [], make as Constructor)
    return true
  } catch {
    return false
  }
}
