import type { Socket } from 'node:net'
import { ConnectionClosedError } from '../errors.ts'
import { frameHead, FrameParser } from './frames.ts'
import type { Frame } from './frames.ts'
import type { Receiver, Transport } from './transport.ts'

/** By a socket, behind the handshake. */
export class SocketTransport implements Transport {
  readonly isTrusted: boolean
  readonly #socket: Socket
  readonly #parser: FrameParser
  #receiver: Receiver | undefined
  #error: Error | undefined
  #ended = false
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
    socket.on('end', () => this.#end(this.#parser.isComplete ? undefined : new ConnectionClosedError('the connection was closed by its other end in the middle of a message')))
    socket.on('error', error => {
      this.#error = error
    })
    socket.on('close', () => this.#end(this.#error === undefined || isGone(this.#error) ? undefined : new ConnectionClosedError(`the connection failed: ${this.#error.message}`, { cause: this.#error })))
  }

  setReceiver(receiver: Receiver): void {
    this.#receiver = receiver
    for (const frame of this.#early.splice(0)) receiver.receive(frame)
    if (this.#socket.destroyed) queueMicrotask(() => this.#end(undefined))
    else this.#socket.resume()
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
    this.#socket.pause()
  }

  resume(): void {
    if (this.#receiver !== undefined) this.#socket.resume()
  }

  close(): void {
    this.#ended = true
    this.#receiver = undefined
    // What the other end still sends is of no interest, but it must be read: a socket that is destroyed with unread bytes drops what it has written.
    this.#socket.resume()
    this.#socket.end(() => this.#socket.destroySoon())
    this.#socket.unref()
  }

  ref(): void {
    this.#socket.ref()
  }

  unref(): void {
    this.#socket.unref()
  }

  #take(chunk: Uint8Array): void {
    if (this.#ended) return
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
    if (this.#ended) return
    this.#ended = true
    this.#receiver?.end(error)
  }
}

/** What the death of the other end looks like. */
function isGone({ code }: NodeJS.ErrnoException): boolean {
  return code === 'EPIPE' || code === 'ECONNRESET'
}
