import { ConnectionClosedError, newSharedId, ShutdownError, Promise } from '@manyhands/base'
import type { Connection } from '@manyhands/core'
import { pendingReleases } from '../here/pending-releases.ts'
import { useCodecInChannels } from '../host/channel-codec.ts'
import type { Link } from './link.ts'
import {
  BYE,
  CALL,
  CLAIM,
  FAILURE,
  MANAGED,
  type ManagerMessage,
  type ProxyHandle,
  RELEASE,
  ROOT,
  type ServerAddress,
  TICKET,
} from './messages.ts'
import { decodeIn, encodeFor } from './values.ts'

/** A result that stays with the server. */
export class ManagedResult {
  readonly handle: ProxyHandle

  constructor(handle: ProxyHandle) {
    this.handle = handle
  }
}

interface Pending {
  resolve(value: unknown): void
  reject(error: unknown): void
}

/** A connection to the server of a manager. It keeps the program alive only while a call is under way. */
export class RemoteLink implements Link {
  /** Says why the server is gone, where that is known. */
  explain: (() => Promise<unknown>) | undefined
  readonly #id = newSharedId()
  readonly #connection: Promise<Connection>
  readonly #onEnd: () => void
  readonly #pending = new Map<number, Pending>()
  #nextCall = 0
  #nextTicket = 0
  #receiving = false
  #saidGoodbye = false
  #end: { readonly cause: unknown } | undefined

  constructor({ address, key }: ServerAddress, onEnd: () => void) {
    useCodecInChannels()
    this.#onEnd = onEnd
    this.#connection = import('@manyhands/core').then(({ connect }) => connect(address, { authKey: key }))
  }

  async call(object: number, method: string, args: readonly unknown[]): Promise<unknown> {
    if (this.#end !== undefined || this.#saidGoodbye) throw this.#ended()
    const encoded = encodeFor(args)
    return new Promise((resolve, reject) => {
      const id = this.#nextCall++
      this.#pending.set(id, { resolve, reject })
      this.#post([CALL, id, object, method, encoded])
      void this.#receive()
    })
  }

  /** Ends the server, which does not answer. From now on that is why calls fail, also when it has to be killed. */
  shutdown(): void {
    this.call(ROOT, 'shutdown', []).catch(() => {})
    this.#saidGoodbye = true
  }

  claim(object: number, ticket: string, isNew: boolean): void {
    this.#post([CLAIM, object, ticket, isNew])
  }

  ticket(object: number): string {
    const ticket = `${this.#id}:${this.#nextTicket++}`
    this.#post([TICKET, object, ticket])
    return ticket
  }

  release(object: number): void {
    this.#post([RELEASE, object])
  }

  /** In the order of the calls. That the server is gone is heard by who waits for a result. */
  #post(message: ManagerMessage): void {
    const bytes = process.getBuiltinModule('node:v8').serialize(message)
    const sent: Promise<void> = this.#connection
      .then(connection => connection.sendBytes(bytes))
      .catch(() => {})
      .finally(() => pendingReleases().delete(sent))
    pendingReleases().add(sent)
  }

  async #receive(): Promise<void> {
    if (this.#receiving) return
    this.#receiving = true
    const { deserialize } = process.getBuiltinModule('node:v8')
    try {
      const connection = await this.#connection
      while (this.#pending.size > 0) await this.#take(deserialize(await connection.recvBytes()) as ManagerMessage)
    } catch (cause) {
      await this.#fail(cause)
    } finally {
      this.#receiving = false
    }
  }

  async #take(message: ManagerMessage): Promise<void> {
    const [kind, id, body] = message
    if (kind === BYE) {
      this.#saidGoodbye = true
      return
    }
    const pending = this.#pending.get(id as number)
    this.#pending.delete(id as number)
    if (kind === MANAGED) return pending?.resolve(new ManagedResult(body as ProxyHandle))
    try {
      const [value] = (await decodeIn(body as object)) as readonly unknown[]
      if (kind === FAILURE) pending?.reject(value)
      else pending?.resolve(value)
    } catch (error) {
      pending?.reject(error)
    }
  }

  async #fail(cause: unknown): Promise<void> {
    this.#onEnd()
    this.#end = { cause: this.#saidGoodbye ? undefined : ((await this.explain?.()) ?? cause) }
    this.#connection.then(connection => connection.close()).catch(() => {}) // there may never have been one
    const all = [...this.#pending.values()]
    this.#pending.clear()
    for (const { reject } of all) reject(this.#ended())
  }

  /** Each call has an error of its own. */
  #ended(): Error {
    if (this.#saidGoodbye) return new ShutdownError('the manager was shut down: its objects are gone')
    return new ConnectionClosedError('the process of the manager has ended, and its objects are gone', {
      cause: this.#end?.cause,
    })
  }
}
