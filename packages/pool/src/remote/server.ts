import { InvalidStateError, Promise } from '@manyhands/base'
import { type Link, links } from './link.ts'
import { Managing, type Referent } from './managing.ts'
import { type ContainerKind, type ProxyHandle, ROOT, type ServerAddress } from './messages.ts'
import { objectReferent } from './referent.ts'
import { type Holder, Referents } from './referents.ts'
import { ManagedResult } from './remote-link.ts'
import { copy } from './values.ts'

type Constructor = new (...args: readonly unknown[]) => unknown
type Factory = (...args: readonly unknown[]) => unknown

/** The objects, and the way of this process itself to them: proxies that are in containers, or given to methods. */
export class ManagerServer implements Link, Holder {
  readonly referents = new Referents()
  readonly holds = new Map<number, number>()
  readonly #address: ServerAddress
  readonly #makeContainer: (kind: ContainerKind, initial: object) => Referent
  readonly #shutdown: () => Promise<void>
  #nextTicket = 0
  /** Where to note which handles a result holds, while one is encoded. */
  #noted: Map<string, number> | undefined

  constructor(
    address: ServerAddress,
    makeContainer: (kind: ContainerKind, initial: object) => Referent,
    shutdown: () => Promise<void>,
  ) {
    this.#address = address
    this.#makeContainer = makeContainer
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
    if (referent === undefined) {
      throw new InvalidStateError(
        'the object is gone from its manager: its last proxy was dropped before this one arrived',
      )
    }
    return referent.call(method, args)
  }

  /** What a proxy of a result is made of. */
  keep({ referent }: Managing): ProxyHandle {
    const object = this.referents.add(referent)
    const { exposed, hidden, className } = referent
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

  /** Values are copies here as well. */
  async call(object: number, method: string, args: readonly unknown[]): Promise<unknown> {
    const given = await copy(args)
    let result = this.invoke(object, method, given)
    if (result instanceof Promise) result = await result
    if (result instanceof Managing) return new ManagedResult(this.keep(result))
    return (await copy([result]))[0]
  }

  claim(object: number, ticket: string, isNew: boolean): void {
    this.#noted?.delete(ticket)
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
        return new Managing(this.#makeContainer(args[0] as ContainerKind, args[1] as object))
      case 'create': {
        const [make, exposed, given] = args as [
          Constructor | Factory,
          readonly string[] | undefined,
          readonly unknown[],
        ]
        const made = isConstructor(make) ? new make(...given) : make(...given)
        return made instanceof Promise
          ? made.then(object => new Managing(objectReferent(object, exposed)))
          : new Managing(objectReferent(made, exposed))
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

/** Runs nothing of it. */
function isConstructor(make: Constructor | Factory): make is Constructor {
  try {
    Reflect.construct(Object, [], make as Constructor)
    return true
  } catch {
    return false
  }
}
