import { once } from 'node:events'
import type { AddressInfo, Server, Socket } from 'node:net'
import {
  AuthenticationError,
  CancelledError,
  checkDuration,
  checkInteger,
  checkOptionNames,
  checkSignal,
  InvalidStateError,
  WaitTimeoutError,
} from '@manyhands/base'
import { type Address, privateAddress, toNetOptions } from './address.ts'
import { type AuthKey, toKeyBytes } from './auth-key.ts'
import { Connection } from './connection.ts'
import { MAX_BODY_BYTES } from './frames.ts'
import type { ReceiveOptions } from './options.ts'
import { SocketTransport } from './socket-transport.ts'
import { Strangers } from './strangers.ts'

export interface ListenerOptions {
  /**
   * Who connects must have the same. With it functions and class instances can be received.
   * @default none: anyone may connect, structured clone only
   */
  readonly authKey?: AuthKey | undefined
  /** Connections that wait for `accept`; further ones are refused. @default 128 */
  readonly backlog?: number | undefined
  /** Milliseconds in which who connects must have proved who it is. @default 10000 */
  readonly handshakeTimeoutMs?: number | undefined
  /** The longest message that is received, in bytes; a longer one closes its connection. @default about 4 GiB */
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
 * It keeps the program alive only while something waits in `accept`.
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
  /** Accepted by the system, and not by the program. */
  readonly #ready: Connection[] = []
  readonly #accepting = new Set<(outcome: Outcome) => void>()
  readonly #strangers = new Strangers()
  #closed = false
  #lastAccepted: Address | undefined

  private constructor(server: Server, address: Address, remove: () => void, options: ListenerOptions) {
    this.#server = server
    this.#address = address
    this.#remove = remove
    const { backlog = BACKLOG, handshakeTimeoutMs = HANDSHAKE_MS, maxMessageBytes = MAX_BODY_BYTES } = options
    this.#options = { authKey: toKeyBytes(options.authKey), backlog, handshakeTimeoutMs, maxMessageBytes }
    server.on('connection', socket => void this.#welcome(socket))
    server.on('error', error => this.#conclude({ error })) // no descriptor is left for one that came
    server.unref()
  }

  /**
   * Begins to listen.
   *
   * @param address - @default a new private one, which only this user can reach: the fastest there is
   * @throws Error with the system's `code`: EADDRINUSE when somebody listens there already, EACCES
   * @throws TypeError, RangeError for a bad address or option
   */
  static async create(address?: Address, options: ListenerOptions = {}): Promise<Listener> {
    checkOptionNames('Listener.create', options, ['authKey', 'backlog', 'handshakeTimeoutMs', 'maxMessageBytes'], {
      authkey: 'authKey',
    })
    checkInteger('backlog', options.backlog, 1)
    checkDuration('handshakeTimeoutMs', options.handshakeTimeoutMs)
    checkInteger('maxMessageBytes', options.maxMessageBytes, 1)
    toKeyBytes(options.authKey) // before anything is made
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

  /** Where it listens: for port 0 the one that was found. Give it to `connect`. */
  get address(): Address {
    return this.#address
  }

  /** Where the last connection that was accepted came from; undefined when there was none, or it came by a path. */
  get lastAccepted(): Address | undefined {
    return this.#lastAccepted
  }

  get closed(): boolean {
    return this.#closed
  }

  /**
   * The next connection.
   *
   * @throws {@link AuthenticationError} when one that connects meanwhile has another key or none, or does not prove in
   * time who it is; the listener goes on
   * @throws {@link WaitTimeoutError}, {@link CancelledError} as the options say
   * @throws {@link InvalidStateError} when the listener is closed, before or meanwhile
   * @throws TypeError, RangeError for bad options
   */
  async accept(options: ReceiveOptions = {}): Promise<Connection> {
    checkOptionNames('Listener.accept', options, ['timeoutMs', 'signal'])
    checkDuration('timeoutMs', options.timeoutMs, { negative: true })
    checkSignal('signal', options.signal)
    const ready = this.#ready.shift()
    if (ready !== undefined) return ready
    const outcome = await this.#wait(options)
    if ('error' in outcome) throw outcome.error
    return outcome.connection
  }

  /**
   * Accepts until the listener is closed. Who cannot prove who it is is passed over: no stranger can end the iteration.
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
   * Stops listening and drops the connections that were not accepted. Those that were go on. Calling it again does
   * nothing.
   */
  close(): void {
    if (this.#closed) return
    this.#closed = true
    const error = closedError()
    for (const resolve of this.#accepting) resolve({ error })
    for (const connection of this.#ready.splice(0)) connection.close()
    this.#strangers.dismiss()
    this.#server.close()
    this.#remove()
  }

  [Symbol.dispose](): void {
    this.close()
  }

  async #welcome(socket: Socket): Promise<void> {
    const { authKey, handshakeTimeoutMs, maxMessageBytes } = this.#options
    socket.on('error', () => {}) // told by the handshake, or by the transport
    if (this.#isFull) return void socket.destroy()
    const { remoteAddress, remotePort } = socket
    try {
      if (remotePort !== undefined) socket.setNoDelay(true)
      await this.#strangers.admit(socket, authKey, handshakeTimeoutMs)
    } catch (error) {
      const told =
        error instanceof AuthenticationError
          ? error
          : new AuthenticationError(`who connected did not prove who it is: ${(error as Error).message}`, {
              cause: error,
            })
      return void this.#conclude({ error: told })
    }
    // Others may have come while it proved who it is.
    if (this.#isFull) return void socket.destroy()
    this.#lastAccepted = remotePort === undefined ? undefined : { host: remoteAddress, port: remotePort }
    const connection = new Connection(new SocketTransport(socket, authKey !== undefined, maxMessageBytes))
    if (!this.#conclude({ connection })) this.#ready.push(connection)
  }

  get #isFull(): boolean {
    return this.#closed || (this.#ready.length >= this.#options.backlog && this.#accepting.size === 0)
  }

  /**
   * Tells who waits the longest. A failure that nobody waits for is told to who connected alone.
   * @returns false when nobody waits
   */
  #conclude(outcome: Outcome): boolean {
    const [waiting] = this.#accepting
    waiting?.(outcome)
    return waiting !== undefined
  }

  #wait({ timeoutMs, signal }: ReceiveOptions): Promise<Outcome> {
    if (this.#closed) return Promise.resolve({ error: closedError() })
    if (signal?.aborted === true) return Promise.resolve({ error: aborted(signal) })
    if (timeoutMs !== undefined && timeoutMs <= 0) {
      return Promise.resolve({ error: new WaitTimeoutError('nobody connected', timeoutMs) })
    }
    return new Promise(resolve => {
      const conclude = (outcome: Outcome): void => {
        this.#accepting.delete(conclude)
        clearTimeout(timer)
        signal?.removeEventListener('abort', abort)
        if (this.#accepting.size === 0) this.#server.unref()
        resolve(outcome)
      }
      const abort = (): void => conclude({ error: aborted(signal as AbortSignal) })
      const timer =
        timeoutMs === undefined || timeoutMs === Infinity
          ? undefined
          : setTimeout(() => conclude({ error: new WaitTimeoutError('nobody connected', timeoutMs) }), timeoutMs)
      signal?.addEventListener('abort', abort, { once: true })
      this.#accepting.add(conclude)
      this.#server.ref()
    })
  }
}

function closedError(): InvalidStateError {
  return new InvalidStateError('the listener is closed')
}

function aborted(signal: AbortSignal): CancelledError {
  return new CancelledError('Listener.accept was aborted', { cause: signal.reason })
}
