import { ConnectionClosedError } from '@manyhands/base'
import type { Frame } from './frames.ts'
import type { Receiver, Transport } from './transport.ts'

/** A transport that is still being set up: calls made before it is ready are executed when it is. */
export class DeferredTransport implements Transport {
  readonly isTrusted: boolean
  readonly #arrival: Promise<Transport>
  #transport: Transport | undefined
  #receiver: Receiver | undefined
  #paused = false
  #referenced = false
  #closed = false

  /**
   * @param arrival - keeps the program alive until the promise settles
   * @param isTrusted - whether the other end is trusted: the sender of this connection may have it from an
   * unauthenticated peer
   */
  constructor(arrival: Promise<Transport>, isTrusted: boolean) {
    this.isTrusted = isTrusted
    this.#arrival = arrival
    this.#arrival.then(
      transport => this.#arrived(transport),
      (error: Error) => {
        if (!this.#closed) {
          this.#receiver?.end(
            new ConnectionClosedError(
              'the connection could not be received: its sender has closed it or has exited, ' +
                'or another worker has received it',
              { cause: error },
            ),
          )
        }
      },
    )
  }

  setReceiver(receiver: Receiver): void {
    this.#receiver = receiver
    this.#transport?.setReceiver(receiver)
  }

  async write(frame: Frame): Promise<void> {
    if (this.#closed) throw new ConnectionClosedError('the connection was closed at this end')
    let transport: Transport
    try {
      transport = this.#transport ?? (await this.#arrival)
    } catch (cause) {
      throw new ConnectionClosedError(undefined, { cause })
    }
    return transport.write(frame)
  }

  pause(): void {
    this.#paused = true
    this.#transport?.pause()
  }

  resume(): void {
    this.#paused = false
    this.#transport?.resume()
  }

  close(): void {
    this.#closed = true
    if (this.#transport !== undefined) return this.#transport.close()
    // A pending transport is awaited, and closed after all pending writes: the other end must notice the close.
    this.#arrival.then(
      transport => transport.close(),
      () => {},
    )
  }

  ref(): void {
    this.#referenced = true
    this.#transport?.ref()
  }

  unref(): void {
    this.#referenced = false
    this.#transport?.unref()
  }

  #arrived(transport: Transport): void {
    this.#transport = transport
    if (this.#paused) transport.pause()
    if (this.#referenced) transport.ref()
    if (this.#receiver !== undefined) transport.setReceiver(this.#receiver)
  }
}
