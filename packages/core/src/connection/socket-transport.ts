import type { Socket } from 'node:net'
import { ConnectionClosedError, sharedBufferOwner, clearTimeout, setTimeout, Promise } from '@manyhands/base'
import type { FrameSeal, Seals } from './frame-seal.ts'
import { type Frame, frameHead, FrameParser } from './frames.ts'
import type { Receiver, Transport } from './transport.ts'

/**
 * How long the other end of a TCP connection that was closed here may take to read the rest. Longer: a peer that reads
 * nothing holds a descriptor; shorter: a slow peer loses messages.
 */
const LINGER_MS = 60_000

/** A transport over a socket, after the handshake. */
export class SocketTransport implements Transport {
  readonly isTrusted: boolean
  readonly #socket: Socket
  readonly #parser: FrameParser
  readonly #seal: FrameSeal | undefined
  #receiver: Receiver | undefined
  #error: Error | undefined
  #paused = false
  #closed = false
  /** Set when no more frames arrive. */
  #over: { readonly error: Error | undefined } | undefined
  /** Frames received before there was a receiver. */
  readonly #early: Frame[] = []

  /**
   * @param socket - paused
   * @param isTrusted - the other end is authenticated
   * @param maxBytes - the longest message that is received
   * @param seals - of the frames in both directions
   */
  constructor(socket: Socket, isTrusted: boolean, maxBytes: number, seals?: Seals) {
    this.#socket = socket
    this.isTrusted = isTrusted
    this.#parser = new FrameParser(maxBytes, seals?.received)
    this.#seal = seals?.sent
    socket.unref()
    socket.on('data', (chunk: Uint8Array) => this.#take(chunk))
    socket.on('end', () =>
      this.#end(
        this.#parser.isComplete
          ? undefined
          : new ConnectionClosedError('the connection was closed by its other end in the middle of a message'),
      ),
    )
    socket.on('error', error => {
      this.#error = error
    })
    socket.on('close', () =>
      this.#end(
        this.#error === undefined || isGone(this.#error)
          ? undefined
          : new ConnectionClosedError(`the connection failed: ${this.#error.message}`, { cause: this.#error }),
      ),
    )
  }

  get isWritable(): boolean {
    return this.#socket.writable
  }

  /** True when all writes were passed to the system. */
  get isDrained(): boolean {
    return this.#socket.writableLength === 0
  }

  setReceiver(receiver: Receiver): void {
    this.#receiver = receiver
    for (const frame of this.#early.splice(0)) receiver.receive(frame)
    if (this.#over !== undefined) receiver.end(this.#over.error)
    else if (!this.#paused) this.#socket.resume()
  }

  write(frame: Frame): Promise<void> {
    const socket = this.#socket
    if (!socket.writable) return Promise.reject(new ConnectionClosedError(undefined, { cause: this.#error }))
    return new Promise((resolve, reject) => {
      const written = (error: Error | null | undefined): void => {
        if (error == null) resolve()
        else reject(new ConnectionClosedError(undefined, { cause: error }))
      }
      const head = frameHead(frame)
      // The body may be memory of the user, who may change it once this has resolved; shared memory at any time.
      const body = this.#seal === undefined || !isShared(frame.body) ? frame.body : Uint8Array.from(frame.body)
      socket.cork()
      socket.write(head)
      if (this.#seal === undefined) socket.write(body, written)
      else {
        socket.write(body)
        socket.write(this.#seal.tag(head, body), written)
      }
      socket.uncork()
    })
  }

  pause(): void {
    this.#paused = true
    this.#socket.pause()
  }

  resume(): void {
    this.#paused = false
    if (this.#receiver !== undefined) this.#socket.resume()
  }

  close(): void {
    if (this.#closed) return
    this.#closed = true
    this.#receiver = undefined
    const socket = this.#socket
    socket.unref()
    // Messages that the other end still sends are dropped, but they must be read: a socket that is destroyed with
    // unread bytes discards its pending writes.
    socket.resume()
    // On a unix socket written bytes are already with the other end by then. TCP still has them here, and would drop
    // them when anything arrives for a destroyed socket.
    if (socket.remotePort === undefined) return void socket.end(() => socket.destroySoon())
    socket.end()
    const timer = setTimeout(() => socket.destroy(), LINGER_MS).unref()
    socket.once('close', () => clearTimeout(timer))
  }

  ref(): void {
    if (!this.#socket.destroyed) this.#socket.ref()
  }

  unref(): void {
    if (!this.#socket.destroyed) this.#socket.unref() // a destroyed socket would postpone it until `connect`
  }

  #take(chunk: Uint8Array): void {
    if (this.#closed || this.#over !== undefined) return
    try {
      for (const frame of this.#parser.push(chunk)) {
        if (this.#receiver === undefined) this.#early.push(frame)
        else this.#receiver.receive(frame)
      }
    } catch (error) {
      this.#socket.destroy()
      this.#end(error as Error)
    }
  }

  #end(error: Error | undefined): void {
    if (this.#over !== undefined) return
    this.#over = { error }
    this.#receiver?.end(error)
  }
}

function isShared({ buffer }: Uint8Array): boolean {
  return buffer instanceof SharedArrayBuffer || sharedBufferOwner(buffer) !== undefined
}

/** True for the errors that the death of the other end causes. */
function isGone({ code }: NodeJS.ErrnoException): boolean {
  return code === 'EPIPE' || code === 'ECONNRESET'
}
