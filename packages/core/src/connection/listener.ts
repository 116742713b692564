import { once } from 'node:events'
import type { AddressInfo, Server, Socket } from 'node:net'
import {
  AuthenticationError,
  checkDuration,
  checkInteger,
  checkOptionNames,
  checkSignal,
  InvalidStateError,
  refuseNew,
  untilDone,
  WaitTimeoutError,
  Promise,
} from '@manyhands/base'
import { type Address, privateAddress, toNetOptions } from './address.ts'
import { type AuthKey, toKeyBytes } from './auth-key.ts'
import type { ReceiveOptions } from './connection-options.ts'
import { Connection } from './connection.ts'
import type { Seals } from './frame-seal.ts'
import { defaultMaxBytes } from './frames.ts'
import { PendingHandshakes } from './pending-handshakes.ts'
import { SocketTransport } from './socket-transport.ts'

export interface ListenerOptions {
  /**
   * Clients must have the same key. With a key, functions and class instances can be received.
   * @default none: any client may connect, structured clone only
   */
  readonly authKey?: AuthKey | undefined
  /** Connections that wait for `accept`; further ones are refused. @default 128 */
  readonly backlog?: number | undefined
  /** Milliseconds that a client has for the handshake. @default 10000 */
  readonly handshakeTimeoutMs?: number | undefined
  /**
   * The longest message that is received, in bytes; a longer one closes its connection. A connection holds this and
   * 1 MiB of messages that were not taken yet, at most. @default 64 MiB, with a key about 4 GiB
   */
  readonly maxMessageBytes?: number | undefined
}

const HANDSHAKE_MS = 10_000
const BACKLOG = 128

type Outcome = { readonly connection: Connection } | { readonly error: Error }

/**
 * Waits for connections at an address.
 *
 * ```ts
 * const listener = await Listener.create({ port: 0 }, { authKey: 'secret' })
 * const client = await connect(listener.address, { authKey: 'secret' }) // in any process
 * const connection = await listener.accept()
 * ```
 *
 * A listener keeps the program alive only while a call waits in `accept`.
 *
 * Source of the semantics: Python, `multiprocessing.connection.Listener`.
 */
export class Listener implements Disposable, AsyncIterable<Connection> {
  readonly #server: Server
  readonly #options: {
    readonly authKey: Uint8Array | undefined
    readonly backlog: number
    readonly handshakeTimeoutMs: number
    readonly maxMessageBytes: number
  }
  readonly #remove: () => void
  readonly #address: Address
  /** Connections that the system has accepted and the program has not. */
  readonly #ready: Connection[] = []
  readonly #accepting = new Set<(outcome: Outcome) => void>()
  readonly #pendingHandshakes = new PendingHandshakes()
  #closed = false
  #lastAccepted: Address | undefined

  private constructor(server: Server, address: Address, remove: () => void, options: ListenerOptions) {
    if (remove === undefined) refuseNew('Listener', 'await Listener.create(address)')
    this.#server = server
    this.#address = address
    this.#remove = remove
    const {
      backlog = BACKLOG,
      handshakeTimeoutMs = HANDSHAKE_MS,
      maxMessageBytes = defaultMaxBytes(options.authKey),
    } = options
    this.#options = { authKey: toKeyBytes(options.authKey), backlog, handshakeTimeoutMs, maxMessageBytes }
    server.on('connection', socket => void this.#welcome(socket))
    server.on('error', error => this.#conclude({ error })) // no descriptor is left for a new connection
    server.unref()
  }

  /**
   * Starts to listen.
   *
   * @param address - @default a new private address, which only this user can reach: the fastest kind
   * @throws Error with the system's `code`: EADDRINUSE when the address is already in use, EACCES
   * @throws TypeError, RangeError for a bad address or option
   */
  static async create(address?: Address, options: ListenerOptions = {}): Promise<Listener> {
    checkOptionNames('Listener.create', options, ['authKey', 'backlog', 'handshakeTimeoutMs', 'maxMessageBytes'], {
      authkey: 'authKey',
    })
    checkInteger('backlog', options.backlog, 1)
    checkDuration('handshakeTimeoutMs', options.handshakeTimeoutMs)
    checkInteger('maxMessageBytes', options.maxMessageBytes, 1)
    toKeyBytes(options.authKey) // validated before anything is created
    const own = address === undefined ? privateAddress() : undefined
    const where = own?.address ?? (address as Address)
    const net = toNetOptions(where)
    const server = process.getBuiltinModule('node:net').createServer({ pauseOnConnect: true })
    try {
      server.listen({ ...net, backlog: options.backlog ?? BACKLOG })
      await once(server, 'listening')
      if (own !== undefined && process.platform !== 'win32') {
        process.getBuiltinModule('node:fs').chmodSync(own.address, 0o600)
      }
    } catch (error) {
      own?.remove()
      throw error
    }
    const bound = server.address() as AddressInfo | string
    return new Listener(
      server,
      typeof bound === 'string' || !('port' in net) ? where : { host: net.host, port: bound.port },
      own?.remove ?? (() => {}),
      options,
    )
  }

  /** The address to pass to `connect`: for port 0 it contains the port that was chosen. */
  get address(): Address {
    return this.#address
  }

  /** The remote address of the last accepted connection; undefined when there was none, or it came over a path. */
  get lastAccepted(): Address | undefined {
    return this.#lastAccepted
  }

  get closed(): boolean {
    return this.#closed
  }

  /**
   * Accepts the next connection.
   *
   * @throws {@link AuthenticationError} when a client that connects meanwhile has a different key or none, or does not
   * finish the handshake in time; the listener stays open
   * @throws {@link WaitTimeoutError} after `timeoutMs`, {@link CancelledError} when `signal` is aborted
   * @throws {@link InvalidStateError} when the listener is closed, before or during the call
   * @throws TypeError, RangeError for bad options
   */
  async accept(options: ReceiveOptions = {}): Promise<Connection> {
    checkOptionNames('Listener.accept', options, ['timeoutMs', 'signal'])
    checkDuration('timeoutMs', options.timeoutMs, { negative: true })
    checkSignal('signal', options.signal)
    const ready = this.#ready.shift()
    if (ready !== undefined) return ready
    return this.#wait(options)
  }

  /**
   * Accepts until the listener is closed. Clients that fail authentication are skipped: none of them can end the
   * iteration.
   */
  async *[Symbol.asyncIterator](): AsyncGenerator<Connection, undefined> {
    while (!this.#closed) {
      let connection: Connection
      try {
        connection = await this.accept()
      } catch (error) {
        if (this.#closed && error instanceof InvalidStateError) return undefined
        if (error instanceof AuthenticationError) continue
        throw error
      }
      yield connection
    }
    return undefined
  }

  /**
   * Stops listening and drops the connections that were not accepted. Accepted connections stay open. Calling it again
   * does nothing.
   */
  close(): void {
    if (this.#closed) return
    this.#closed = true
    const error = closedError()
    for (const resolve of this.#accepting) resolve({ error })
    for (const connection of this.#ready.splice(0)) connection.close()
    this.#pendingHandshakes.dismiss()
    this.#server.close()
    this.#remove()
  }

  [Symbol.dispose](): void {
    this.close()
  }

  async #welcome(socket: Socket): Promise<void> {
    const { authKey, handshakeTimeoutMs, maxMessageBytes } = this.#options
    socket.on('error', () => {}) // reported by the handshake, or by the transport
    if (this.#isFull) return void socket.destroy()
    const { remoteAddress, remotePort } = socket
    let seals: Seals | undefined
    try {
      if (remotePort !== undefined) socket.setNoDelay(true)
      seals = await this.#pendingHandshakes.admit(socket, authKey, handshakeTimeoutMs)
    } catch (error) {
      const failure =
        error instanceof AuthenticationError
          ? error
          : new AuthenticationError(`the peer failed authentication: ${(error as Error).message}`, {
              cause: error,
            })
      return void this.#conclude({ error: failure })
    }
    // Other clients may have connected during the handshake.
    if (this.#isFull) return void socket.destroy()
    this.#lastAccepted = remotePort === undefined ? undefined : { host: remoteAddress, port: remotePort }
    const connection = new Connection(new SocketTransport(socket, authKey !== undefined, maxMessageBytes, seals))
    if (!this.#conclude({ connection })) this.#ready.push(connection)
  }

  get #isFull(): boolean {
    return this.#closed || (this.#ready.length >= this.#options.backlog && this.#accepting.size === 0)
  }

  /**
   * Settles the longest-waiting `accept()`. A failure without a waiting call is reported to the client only.
   * @returns false when no call waits
   */
  #conclude(outcome: Outcome): boolean {
    const [waiting] = this.#accepting
    waiting?.(outcome)
    return waiting !== undefined
  }

  /** The next outcome, in the order of the calls. */
  #wait(options: ReceiveOptions): Promise<Connection> {
    const { timeoutMs, signal } = options
    const onTimeout = (): never => {
      throw new WaitTimeoutError('no client connected', timeoutMs ?? 0)
    }
    if (this.#closed) return Promise.reject(closedError())
    if (signal?.aborted !== true && timeoutMs !== undefined && timeoutMs <= 0) {
      return Promise.reject(new WaitTimeoutError('no client connected', timeoutMs))
    }
    return untilDone<Connection>('Listener.accept', options, onTimeout, settle => {
      const conclude = (outcome: Outcome): void => {
        if ('error' in outcome) settle.reject(outcome.error)
        else settle.resolve(outcome.connection)
      }
      this.#accepting.add(conclude)
      this.#server.ref()
      return () => {
        this.#accepting.delete(conclude)
        if (this.#accepting.size === 0) this.#server.unref()
      }
    })
  }
}

function closedError(): InvalidStateError {
  return new InvalidStateError('the listener is closed')
}
