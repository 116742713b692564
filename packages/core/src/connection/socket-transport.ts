import type { Socket } from 'node:net'
import { ConnectionClosedError } from '@manyhands/base'
import { type Frame, frameHead, FrameParser } from './frames.ts'
import type { Receiver, Transport } from './transport.ts'

/**
 * How long the other end of a TCP connection that was closed here may take to read the rest. Longer: its descriptor is
 * held by one that reads nothing; shorter: a slow one loses messages.
 */
const LINGER_MS = 60_000

/** By a socket, behind the handshake. */
export class SocketTransport implements Transport {
  readonly isTrusted: boolean
  readonly #socket: Socket
  readonly #parser: FrameParser
  #receiver: Receiver | undefined
  #error: Error | undefined
  #paused = false
  #closed = false
  /** Set when nothing more comes. */
  #over: { readonly error: Error | undefined } | undefined
  /** Received before there was a receiver. */
  readonly #early: Frame[] = []

  /**
   * @param socket - paused
   * @param isTrusted - the other end has proved that it knows the key
   * @param maxBytes - the longest message that is received
   */
  constructor(socket: Socket, isTrusted: boolean, maxBytes: number) {
    this.#socket = socket
    this.isTrusted = isTrusted
    this.#parser = new FrameParser(maxBytes)
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

  /** Nothing waits for the system to take it. */
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
      socket.cork()
      socket.write(frameHead(frame))
      // The body may be memory of the user, who is free to change it once this has resolved.
      socket.write(frame.body, error => {
        if (error == null) resolve()
        else reject(new ConnectionClosedError(undefined, { cause: error }))
      })
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
    // What the other end still sends is of no interest, but it must be read: a socket that is destroyed with unread
    // bytes drops what it has written.
    socket.resume()
    // On a unix socket what was written is with the other end by then. TCP still has it here, and would drop it when
    // anything comes for a socket that is gone.
    if (socket.remotePort === undefined) return void socket.end(() => socket.destroySoon())
    socket.end()
    const timer = setTimeout(() => socket.destroy(), LINGER_MS).unref()
    socket.once('close', () => clearTimeout(timer))
  }

  ref(): void {
    if (!this.#socket.destroyed) this.#socket.ref()
  }

  unref(): void {
    if (!this.#socket.destroyed) this.#socket.unref() // one that is gone would note it for when it is connected
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

/** What the death of the other end looks like. */
function isGone({ code }: NodeJS.ErrnoException): boolean {
  return code === 'EPIPE' || code === 'ECONNRESET'
}
