import { ConnectionClosedError, Promise } from '@manyhands/base'
import type { Frame } from './frames.ts'
import type { Receiver, Transport } from './transport.ts'

/** Keeps the program alive while it is referenced. */
export interface Door {
  ref(): void
  unref(): void
}

/** Connects two ends in one thread, until one of them is sent away. */
export class LocalTransport implements Transport {
  readonly isTrusted = true
  #peer!: LocalTransport
  #receiver: Receiver | undefined
  readonly #waiting: Frame[] = []
  #paused = false
  #closed = false
  /** Writers that wait until the other end accepts more. */
  readonly #blocked: (() => void)[] = []
  /** Set when the peer is reached over another transport: writes go there. */
  #instead: Transport | undefined
  #door: Door | undefined
  #referenced = false

  static pair(): [LocalTransport, LocalTransport] {
    const [a, b] = [new LocalTransport(), new LocalTransport()]
    a.#peer = b
    b.#peer = a
    return [a, b]
  }

  /** False once the other end is reached over another transport. */
  get isLocal(): boolean {
    return this.#instead === undefined
  }

  setReceiver(receiver: Receiver): void {
    this.#receiver = receiver
    if (this.#instead === undefined) this.#deliver()
    else this.#instead.setReceiver(receiver)
  }

  write(frame: Frame): Promise<void> {
    if (this.#instead !== undefined) return this.#instead.write(frame)
    const peer = this.#peer
    if (this.#closed || peer.#closed) return Promise.reject(new ConnectionClosedError())
    // A copy: the other end must not see later writes of the sender to its memory.
    peer.#waiting.push({ kind: frame.kind, body: frame.body.slice() })
    peer.#deliver()
    if (!peer.#paused && peer.#receiver !== undefined) return Promise.resolve()
    return new Promise(resolve => peer.#blocked.push(resolve))
  }

  /**
   * Called when this end is sent away: from now on it is reached over `transport`.
   *
   * @param unread - frames that arrived here but were not taken
   */
  replaceBy(transport: Transport, unread: readonly Frame[]): void {
    const peer = this.#peer
    for (const frame of [...unread, ...this.#waiting.splice(0)]) transport.write(frame).catch(() => {})
    this.#release()
    if (peer.#closed) return transport.close()
    // Frames that this end sent before come first, even if the other end is paused: they are in memory here anyway.
    for (const frame of peer.#waiting.splice(0)) peer.#receiver?.receive(frame)
    peer.#release()
    if (peer.#referenced) peer.#door?.unref()
    peer.#instead = transport
    if (peer.#paused) transport.pause()
    if (peer.#referenced) transport.ref()
    if (peer.#receiver !== undefined) transport.setReceiver(peer.#receiver)
  }

  pause(): void {
    this.#paused = true
    this.#instead?.pause()
  }

  resume(): void {
    this.#paused = false
    if (this.#instead !== undefined) return this.#instead.resume()
    this.#deliver()
    this.#release()
  }

  close(): void {
    if (this.#instead !== undefined) return this.#instead.close()
    if (this.#closed) return
    this.#closed = true
    this.#waiting.length = 0
    this.#release()
    const peer = this.#peer
    if (!peer.#closed) peer.#deliver()
  }

  ref(): void {
    if (this.#referenced) return
    this.#referenced = true
    this.#way?.ref()
  }

  unref(): void {
    if (!this.#referenced) return
    this.#referenced = false
    this.#way?.unref()
  }

  /** A worker will claim this end over `door`: a call that waits at the other end waits for that claim. */
  awaitBy(door: Door): void {
    const peer = this.#peer
    if (peer.#door !== undefined) return
    peer.#door = door
    if (peer.#referenced && peer.#instead === undefined) door.ref()
  }

  /** What keeps the program alive. A peer in this thread does not need to. */
  get #way(): Door | undefined {
    return this.#instead ?? this.#door
  }

  #deliver(): void {
    const receiver = this.#receiver
    if (receiver === undefined) return
    for (let frame; !this.#paused && (frame = this.#waiting.shift()) !== undefined;) receiver.receive(frame)
    if (this.#peer.#closed && this.#waiting.length === 0) receiver.end(undefined)
  }

  #release(): void {
    for (const resolve of this.#blocked.splice(0)) resolve()
  }
}
