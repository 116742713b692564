import type { Server, Socket } from 'node:net'
import { ConnectionClosedError, newSharedId, offersSent, slot } from '@manyhands/base'
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
 *  end: from now on by this socket, and by memory when it is worth while, see RingTransport
 * ```
 *
 * The end stays where it is until somebody comes for it, so a message that is never read loses nothing. The first to
 * come gets it. The key is in the handle only.
 */
export interface Handle {
  readonly id: string
  readonly address: string
  readonly key: Uint8Array
  readonly readable: boolean
  readonly writable: boolean
  /** Of the end that is handed over: a sender that has it from an unauthenticated peer does not vouch for that one. */
  readonly isTrusted: boolean
}

/** What can be handed over. */
export interface Offered {
  /** Somebody uses it where it is, as long as nobody has come for it. */
  readonly isUsedHere: boolean
  /** It is reached by `transport` from now on. */
  handOver(transport: Transport): void
}

/**
 * How long an end that was closed here waits for its receiver. Longer: the other end is closed later if none comes;
 * shorter: a slow start is taken for one that failed.
 */
const CLOSED_WAIT_MS = 60_000
/** The same when all who could come are gone: only a claim that they have made already may still have to be read. */
const GONE_WAIT_MS = 500
/** For a claim to be made. */
const HANDSHAKE_MS = 10_000

/**
 * Where the workers come for what this thread offers. It keeps the program alive only while somebody waits for one of
 * them.
 */
class Rendezvous implements Door {
  readonly #address: string
  readonly #key = new Uint8Array(process.getBuiltinModule('node:crypto').randomBytes(32))
  readonly #offers = new Map<string, Offered>()
  /** How many may come for an offer; Infinity where that is not known. */
  readonly #expected = new Map<string, number>()
  readonly #closed = new Set<string>()
  readonly #pendingHandshakes = new PendingHandshakes()
  readonly #server: Server
  #waiting = 0

  constructor() {
    offersSent().noteGone = id => this.#noteGone(id)
    offersSent().isOpen = id => this.#offers.has(id)
    const { createServer } = process.getBuiltinModule('node:net')
    // An abstract socket leaves no file behind, however this process ends. That others can reach it does not matter:
    // they do not know the key.
    this.#address = process.platform === 'linux' ? `\0manyhands-${newSharedId()}` : privateAddress().address
    this.#server = createServer({ pauseOnConnect: true }, socket => void this.#welcome(socket)).listen(this.#address)
    this.#server.unref()
    // No descriptor was left for one that came: it is closed at the other end, too.
    this.#server.once('listening', () => this.#server.on('error', () => {}))
  }

  /** Until it is claimed. */
  offer(id: string, offered: Offered, about: Pick<Handle, 'readable' | 'writable' | 'isTrusted'>): Handle {
    this.#offers.set(id, offered)
    return { id, address: this.#address, key: this.#key, ...about }
  }

  /** A message with the handle of this offer is made. */
  noteSent(id: string): void {
    if (!this.#offers.has(id)) return // somebody has it
    const { noted } = offersSent()
    noted?.push(id)
    this.#expected.set(id, noted === undefined ? Infinity : (this.#expected.get(id) ?? 0) + 1)
  }

  /** One of those that could come is gone. */
  #noteGone(id: string): void {
    if (!this.#offers.has(id)) return
    this.#expected.set(id, (this.#expected.get(id) ?? 0) - 1)
    this.#expireWhenNobodyIsLeft(id)
  }

  /** It was closed here: after a while nobody will come for it. */
  expire(id: string): void {
    this.#closed.add(id)
    setTimeout(() => this.#expire(id), CLOSED_WAIT_MS).unref()
    this.#expireWhenNobodyIsLeft(id)
  }

  #expireWhenNobodyIsLeft(id: string): void {
    if (!this.#isLost(id)) return
    const look = (): void => {
      // It may have been sent again meanwhile: a task that had not begun is given to another worker.
      if (this.#isLost(id)) this.#expire(id)
    }
    // With a turn of the loop in between, in which what has arrived meanwhile is read.
    setTimeout(() => setImmediate(() => setImmediate(look)), GONE_WAIT_MS).unref()
  }

  /** Nobody can come for it, and nobody has it here. */
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

/** Of this thread. */
export function rendezvous(): Rendezvous {
  return slot('core.rendezvous', () => new Rendezvous())
}

/** Comes for what a handle stands for. */
export async function claim({ id, address, key }: Handle): Promise<Transport> {
  const socket = process.getBuiltinModule('node:net').connect({ path: address })
  socket.pause()
  await shakeHands(socket, { side: 'client', authKey: key, timeoutMs: HANDSHAKE_MS, signal: undefined })
  const transport = new SocketTransport(socket, true, MAX_BODY_BYTES)
  await transport.write({ kind: CLAIM, body: Buffer.from(id, 'latin1') })
  return new RingTransport(transport, true)
}

/** The other end sees that its peer is gone. */
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
