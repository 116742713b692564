import type { Referent } from './managing.ts'

/** Who has proxies: a thread with a connection, or this process. */
export interface Holder {
  /** How many proxies of an object it has. */
  readonly holds: Map<number, number>
}

/**
 * The objects of a manager, each for as long as somebody has a proxy of it or a handle is under way.
 *
 * ```
 *  who sends            server                 who receives
 *  TICKET t ──────────► +1
 *  (the handle, with t) ───────────────────────────►
 *                       +1 ◄────────── CLAIM t: a new proxy
 *                       -1, as t has arrived
 *  RELEASE ───────────► -1
 * ```
 *
 * The CLAIM may overtake the TICKET, which comes by another connection; but the sender's RELEASE, which comes behind
 * the TICKET, cannot. A handle that is made and never arrives, because its receiver died for one, keeps its object
 * until the manager ends: the message may as well wait in a queue.
 */
export class Referents {
  readonly #referents = new Map<number, { readonly referent: Referent; count: number }>()
  readonly #tickets = new Map<string, number>()
  /** Claimed before they were announced. */
  readonly #early = new Set<string>()
  #next = 1

  get size(): number {
    return this.#referents.size
  }

  get(object: number): Referent | undefined {
    return this.#referents.get(object)?.referent
  }

  /** It is gone at once unless a ticket is made. */
  add(referent: Referent): number {
    const object = this.#next++
    this.#referents.set(object, { referent, count: 0 })
    return object
  }

  announce(object: number, ticket: string): void {
    if (this.#early.delete(ticket)) return
    this.#tickets.set(ticket, object)
    this.#count(object, 1)
  }

  claim(holder: Holder, object: number, ticket: string, isNew: boolean): void {
    if (isNew) {
      holder.holds.set(object, (holder.holds.get(object) ?? 0) + 1)
      this.#count(object, 1)
    }
    this.dropTicket(object, ticket)
  }

  /** It has arrived, or never will. */
  dropTicket(object: number, ticket: string): void {
    if (this.#tickets.delete(ticket)) this.#count(object, -1)
    else this.#early.add(ticket)
  }

  hasTicket(ticket: string): boolean {
    return this.#tickets.has(ticket)
  }

  release(holder: Holder, object: number): void {
    const left = (holder.holds.get(object) ?? 0) - 1
    if (left > 0) holder.holds.set(object, left)
    else holder.holds.delete(object)
    if (left >= 0) this.#count(object, -1)
  }

  /** All that it has. */
  releaseAll(holder: Holder): void {
    for (const [object, held] of holder.holds) this.#count(object, -held)
    holder.holds.clear()
  }

  #count(object: number, by: number): void {
    const entry = this.#referents.get(object)
    if (entry === undefined) return
    entry.count += by
    if (entry.count <= 0) this.#referents.delete(object)
  }
}
