import type { Connection } from '@manyhands/core'
import { Managing } from './managing.ts'
import { CALL, CLAIM, FAILURE, MANAGED, type ManagerMessage, RELEASE, RESULT, TICKET } from './messages.ts'
import type { Holder } from './referents.ts'
import type { ManagerServer } from './server.ts'
import { decodeIn, encodeFailureFor, encodeFor } from './values.ts'

/** What a pool starts with does not load it: this is part of the same file. */
const v8 = (): typeof import('node:v8') => process.getBuiltinModule('node:v8')

/** One thread that has proxies. What it asks for begins in the order in which it was asked. */
export class Peer implements Holder {
  readonly holds = new Map<number, number>()
  /** Handles that were sent to it in results: nobody else will claim them. */
  readonly #tickets = new Map<string, number>()
  readonly #server: ManagerServer
  readonly #connection: Connection

  constructor(server: ManagerServer, connection: Connection) {
    this.#server = server
    this.#connection = connection
  }

  /** Serves it until it is gone. */
  async serve(): Promise<void> {
    const { referents } = this.#server
    try {
      for (;;) await this.#take(v8().deserialize(await this.#connection.recvBytes()) as ManagerMessage)
    } catch {
      // It is gone: that is how a connection ends.
      this.#connection.close()
      referents.releaseAll(this)
      for (const [ticket, object] of this.#tickets) {
        if (referents.hasTicket(ticket)) referents.dropTicket(object, ticket)
      }
    }
  }

  async send(message: ManagerMessage): Promise<void> {
    await this.#connection.sendBytes(v8().serialize(message))
  }

  async #take([kind, first, second, third, fourth]: ManagerMessage): Promise<void> {
    const { referents } = this.#server
    switch (kind) {
      case CLAIM:
        this.#tickets.delete(second as string)
        return referents.claim(this, first as number, second as string, third as boolean)
      case TICKET:
        return referents.announce(first as number, second as string)
      case RELEASE:
        return referents.release(this, first as number)
      case CALL: {
        let args: readonly unknown[]
        try {
          args = (await decodeIn(fourth as object)) as readonly unknown[]
        } catch (error) {
          return this.#answer(FAILURE, first as number, error)
        }
        void this.#call(first as number, second as number, third as string, args)
      }
    }
  }

  async #call(id: number, object: number, method: string, args: readonly unknown[]): Promise<void> {
    let result: unknown
    try {
      result = this.#server.invoke(object, method, args)
      // What is there at once is read at once, before another call changes it.
      if (isPromise(result)) result = await result
    } catch (error) {
      return this.#answer(FAILURE, id, error)
    }
    this.#answer(RESULT, id, result)
  }

  #answer(kind: number, id: number, value: unknown): void {
    const server = this.#server
    let message: ManagerMessage
    if (value instanceof Managing) {
      const handle = server.keep(value)
      this.#tickets.set(handle.ticket, handle.object)
      message = [MANAGED, id, handle]
    } else {
      try {
        message = [kind, id, server.noteTickets(this.#tickets, () => encodeFor([value]))]
      } catch (error) {
        message = [FAILURE, id, kind === FAILURE ? encodeFailureFor([value]) : encodeFor([error])]
      }
    }
    // It may be gone, which `serve` hears.
    this.send(message).catch(() => {})
  }
}

function isPromise(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function'
}
