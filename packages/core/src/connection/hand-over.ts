import type { Server, Socket } from 'node:net'
import {
  ConnectionClosedError,
  newSharedId,
  offersSent,
  slot,
  setImmediate,
  setTimeout,
  Promise,
} from '@manyhands/base'
import { privateAddress } from './address.ts'
import { CLAIM, type Frame, MAX_BODY_BYTES } from './frames.ts'
import { shakeHands } from './handshake.ts'
import type { Door } from './local-transport.ts'
import { PendingHandshakes } from './pending-handshakes.ts'
import { RingTransport } from './ring-transport.ts'
import { SocketTransport } from './socket-transport.ts'
import type { Transport } from './transport.ts'

/**
 * How a connection goes to another thread or process.
 *
 * ```
 *  sender                                receiver
 *  offer(end) ── handle {address, key, id} ──► claim(handle)
 *  Rendezvous ◄──── socket, handshake, id ──── socket
 *  end: from now on over this socket, and through memory when that pays off, see RingTransport
 * ```
 *
 * The end stays with the sender until a worker claims it, so a message that is never read loses nothing. The first
 * claim gets the end. Only the handle contains the key.
 */
export interface Handle {
  readonly id: string
  readonly address: string
  readonly key: Uint8Array
  readonly readable: boolean
  readonly writable: boolean
  /**
   * Whether the end that is handed over is trusted: a sender that received it from an unauthenticated peer does not
   * vouch for that peer.
   */
  readonly isTrusted: boolean
}

/** An end that can be handed over. */
export interface Offered {
  /** The end is in use in this thread, until a worker claims it. */
  readonly isUsedHere: boolean
  /** Connects the end to its claimant: from now on it is reached over `transport`. */
  handOver(transport: Transport): void
}

/**
 * How long an end that was closed here waits for its receiver. Longer: the other end is closed later if no receiver
 * claims it; shorter: a slow receiver is taken for a failed one.
 */
const CLOSED_WAIT_MS = 60_000
/** The same when all possible receivers have exited: only a claim that they made before may still have to be read. */
const GONE_WAIT_MS = 500
/** Milliseconds for the handshake of a claim. */
const HANDSHAKE_MS = 10_000

/**
 * The server where workers claim the ends that this thread offers. It keeps the program alive only while a call waits
 * for one of these workers.
 */
class Rendezvous implements Door {
  readonly #address: string
  readonly #key = new Uint8Array(process.getBuiltinModule('node:crypto').randomBytes(32))
  readonly #offers = new Map<string, Offered>()
  /** How many workers may claim an offer; Infinity where that is unknown. */
  readonly #expected = new Map<string, number>()
  readonly #closed = new Set<string>()
  readonly #pendingHandshakes = new PendingHandshakes()
  readonly #server: Server
  #waiting = 0

  constructor() {
    offersSent().noteGone = id => this.#noteGone(id)
    offersSent().isOpen = id => this.#offers.has(id)
    const { createServer } = process.getBuiltinModule('node:net')
    // An abstract socket leaves no file behind, however this process ends. That other users can reach it does not
    // matter: they do not have the key.
    this.#address = process.platform === 'linux' ? `\0manyhands-${newSharedId()}` : privateAddress().address
    this.#server = createServer({ pauseOnConnect: true }, socket => void this.#welcome(socket)).listen(this.#address)
    this.#server.unref()
    // Emitted when no descriptor is left for a new connection: the system closes it at the other end, too.
    this.#server.once('listening', () => this.#server.on('error', () => {}))
  }

  /** Offers an end until it is claimed. */
  offer(id: string, offered: Offered, about: Pick<Handle, 'readable' | 'writable' | 'isTrusted'>): Handle {
    this.#offers.set(id, offered)
    return { id, address: this.#address, key: this.#key, ...about }
  }

  /** Records that a message with the handle of this offer was built. */
  noteSent(id: string): void {
    if (!this.#offers.has(id)) return // already claimed
    const { noted } = offersSent()
    noted?.push(id)
    this.#expected.set(id, noted === undefined ? Infinity : (this.#expected.get(id) ?? 0) + 1)
  }

  /** Records that a possible receiver has exited. */
  #noteGone(id: string): void {
    if (!this.#offers.has(id)) return
    this.#expected.set(id, (this.#expected.get(id) ?? 0) - 1)
    this.#expireWhenNobodyIsLeft(id)
  }

  /** Records that the end was closed here: after a while it is taken as unclaimed. */
  expire(id: string): void {
    this.#closed.add(id)
    setTimeout(() => this.#expire(id), CLOSED_WAIT_MS).unref()
    this.#expireWhenNobodyIsLeft(id)
  }

  #expireWhenNobodyIsLeft(id: string): void {
    if (!this.#isLost(id)) return
    const look = (): void => {
      // The end may have been sent again meanwhile: a task that had not begun is sent to another worker.
      if (this.#isLost(id)) this.#expire(id)
    }
    // With a turn of the event loop in between, in which claims that arrived meanwhile are read.
    setTimeout(() => setImmediate(() => setImmediate(look)), GONE_WAIT_MS).unref()
  }

  /** True when no worker can claim the end any more, and it is not in use here. */
  #isLost(id: string): boolean {
    const offered = this.#offers.get(id)
    return offered !== undefined && (this.#expected.get(id) ?? 0) <= 0 && (this.#closed.has(id) || !offered.isUsedHere)
  }

  #expire(id: string): void {
    const offered = this.#take(id)
    this.#closed.delete(id)
    offered?.handOver(nowhere)
  }

  #take(id: string): Offered | undefined {
    const offered = this.#offers.get(id)
    this.#offers.delete(id)
    this.#expected.delete(id)
    return offered
  }

  ref(): void {
    if (this.#waiting++ === 0) this.#server.ref()
  }

  unref(): void {
    if (--this.#waiting === 0) this.#server.unref()
  }

  async #welcome(socket: Socket): Promise<void> {
    socket.on('error', () => {}) // reported by the handshake, or by the transport
    try {
      await this.#pendingHandshakes.admit(socket, this.#key, HANDSHAKE_MS)
    } catch {
      return
    }
    const transport = new SocketTransport(socket, true, MAX_BODY_BYTES)
    transport.setReceiver({
      receive: (frame: Frame) => {
        const id = Buffer.from(frame.body).toString('latin1')
        const offered = frame.kind === CLAIM ? this.#take(id) : undefined
        if (offered === undefined) transport.close()
        else offered.handOver(new RingTransport(transport, false))
      },
      end() {},
    })
  }
}

/** The rendezvous of this thread. */
export function rendezvous(): Rendezvous {
  return slot('core.rendezvous', () => new Rendezvous())
}

/** Claims the end of a handle. */
export async function claim({ id, address, key }: Handle): Promise<Transport> {
  const socket = process.getBuiltinModule('node:net').connect({ path: address })
  socket.pause()
  await shakeHands(socket, {
    side: 'client',
    authKey: key,
    isExposed: false,
    timeoutMs: HANDSHAKE_MS,
    signal: undefined,
  })
  const transport = new SocketTransport(socket, true, MAX_BODY_BYTES)
  await transport.write({ kind: CLAIM, body: Buffer.from(id, 'latin1') })
  return new RingTransport(transport, true)
}

/** A transport without a peer: the other end is notified that its peer is gone. */
const nowhere: Transport = {
  isTrusted: true,
  write: () => Promise.reject(new ConnectionClosedError()),
  setReceiver: receiver => receiver.end(undefined),
  pause() {},
  resume() {},
  close() {},
  ref() {},
  unref() {},
}
