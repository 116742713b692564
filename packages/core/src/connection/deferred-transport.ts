import { ConnectionClosedError } from '../errors.ts'
import type { Frame } from './frames.ts'
import type { Receiver, Transport } from './transport.ts'

/** A transport that is on its way: what is asked of it before is done when it is there. */
export class DeferredTransport implements Transport {
  readonly isTrusted = true
  readonly #arrival: Promise<Transport>
  #transport: Transport | undefined
  #receiver: Receiver | undefined
  #paused = false
  #referenced = false
  #closed = false
  /** Keeps the program alive while somebody waits, until the socket can. */
  readonly #keepAlive = new (process.getBuiltinModule('node:worker_threads').MessageChannel)()

  constructor(come: () => Promise<Transport>) {
    this.#keepAlive.port1.on('message', () => {}).unref()
    this.#arrival = come()
    this.#arrival.then(
      transport => this.#arrived(transport),
      (error: Error) => {
        this.#keepAlive.port1.close()
        if (!this.#closed) this.#receiver?.end(new ConnectionClosedError('the connection that was sent here could not be had: whoever sent it has closed it or is gone, or somebody else has it', { cause: error }))
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
    // One that is still on its way is waited for and then closed: the other end must hear of it.
    if (this.#transport !== undefined) this.#transport.close()
  }

  ref(): void {
    this.#referenced = true
    if (this.#transport === undefined) this.#keepAlive.port1.ref()
    else this.#transport.ref()
  }

  unref(): void {
    this.#referenced = false
    if (this.#transport === undefined) this.#keepAlive.port1.unref()
    else this.#transport.unref()
  }

  #arrived(transport: Transport): void {
    this.#keepAlive.port1.close()
    this.#transport = transport
    if (this.#closed) return transport.close()
    if (this.#receiver !== undefined) transport.setReceiver(this.#receiver)
    if (this.#paused) transport.pause()
    if (this.#referenced) transport.ref()
  }
}
