import { newSharedId, Promise } from '@manyhands/base'
import { closeMapping, createMapping, type Mapping, openMapping } from '../region/mapping.ts'
import { findMemoryProvider } from '../region/provider.ts'
import { AdaptivePoll } from './adaptive-poll.ts'
import { FrameReader, FrameWriter, TO_SOCKET, TWO_RINGS_BYTES } from './frame-ring.ts'
import {
  BELL,
  type Frame,
  isOfTransport,
  RING_ACCEPTED,
  RING_OFFERED,
  RING_REFUSED,
  TO_RING,
  UNKNOWN,
} from './frames.ts'
import type { SocketTransport } from './socket-transport.ts'
import type { Receiver, Transport } from './transport.ts'

/**
 * Messages, in both directions together, after which shared memory is used. Larger: a conversation becomes fast later;
 * smaller: short conversations pay for memory that they do not use.
 */
const WORTH_AFTER = 64

const nothing = new Uint8Array(0)
const done = Promise.resolve()

/**
 * A transport between two threads or processes of one machine: over a socket, and after some messages through shared
 * memory, where available.
 *
 * Each direction is one sequence of frames that alternates between the socket and the ring: `TO_RING` on the socket and
 * `TO_SOCKET` in the ring mark where it continues. The socket carries frames that are too long for the ring, and frames
 * sent while the ring is full, so the socket applies the backpressure. It also carries the bell for a sleeping reader,
 * and reports the death of the other end: frames already in the ring are still read then.
 */
export class RingTransport implements Transport {
  readonly isTrusted: boolean
  readonly #socket: SocketTransport
  readonly #offers: boolean
  readonly #poll = new AdaptivePoll({
    hasCome: () => this.#reader?.isEmpty === false,
    look: () => this.#look(),
    sleep: () => this.#sleep(),
  })
  #receiver: Receiver | undefined
  #mapping: Mapping | undefined
  #writer: FrameWriter | undefined
  #reader: FrameReader | undefined
  #writesToRing = false
  #readsFromRing = false
  /** Frames that arrived over the socket before their turn. */
  readonly #held: Frame[] = []
  #count = 0
  #paused = false
  #closed = false
  #looking = false
  #over: { readonly error: Error | undefined } | undefined
  #referenced = false

  /** @param offers - this side creates the memory: exactly one side does */
  constructor(socket: SocketTransport, offers: boolean) {
    this.#socket = socket
    this.#offers = offers
    this.isTrusted = socket.isTrusted
  }

  setReceiver(receiver: Receiver): void {
    const isFirst = this.#receiver === undefined
    this.#receiver = receiver
    if (!isFirst) return this.#look()
    this.#socket.setReceiver({
      receive: frame => this.#take(frame),
      end: error => {
        this.#over = { error }
        this.#look()
      },
    })
  }

  write(frame: Frame): Promise<void> {
    // A frame that is relayed may come from an unauthenticated peer, which could make this process map a file.
    if (isOfTransport(frame.kind)) return this.write({ kind: UNKNOWN, body: frame.body })
    const writer = this.#writer
    if (writer === undefined) {
      this.#noteTalk()
      return this.#socket.write(frame)
    }
    if (!this.#socket.isWritable) return this.#socket.write(frame)
    if (!this.#writesToRing && this.#socket.isDrained && writer.isWorthwhile(frame)) {
      this.#send(TO_RING)
      this.#writesToRing = true
    }
    if (!this.#writesToRing) return this.#socket.write(frame)
    const isWritten = writer.write(frame)
    if (!isWritten) {
      writer.writeToSocket()
      this.#writesToRing = false
    }
    if (writer.takeAsleep()) this.#send(BELL)
    return isWritten ? done : this.#socket.write(frame)
  }

  pause(): void {
    this.#paused = true
    this.#socket.pause()
  }

  resume(): void {
    this.#paused = false
    this.#socket.resume()
    this.#look()
  }

  close(): void {
    if (this.#closed) return
    this.#closed = true
    this.#socket.close()
    this.#release()
  }

  ref(): void {
    this.#referenced = true
    if (!this.#poll.isPending) this.#socket.ref()
  }

  unref(): void {
    this.#referenced = false
    if (!this.#poll.isPending) this.#socket.unref()
  }

  // ---- receiving

  #take(frame: Frame): void {
    switch (frame.kind) {
      case BELL:
        return this.#look()
      case RING_OFFERED:
        return this.#accept(frame.body)
      case RING_ACCEPTED:
        return this.#use(this.#mapping, 0)
      case RING_REFUSED:
        return this.#release()
    }
    this.#held.push(frame)
    this.#look()
  }

  /** Delivers the frames that have arrived, in the order in which they were sent. */
  #look(): void {
    if (this.#looking) return
    this.#looking = true
    for (
      let frame;
      !this.#closed && !this.#paused && this.#receiver !== undefined && (frame = this.#next()) !== undefined;
    ) {
      this.#receiver.receive(frame)
    }
    this.#looking = false
    if (this.#closed || this.#paused || this.#receiver === undefined) return
    if (this.#over !== undefined) {
      this.#release()
      this.#receiver.end(this.#over.error)
    } else if (this.#readsFromRing) this.#poll.begin(() => this.#referenced)
    else this.#noteTalk()
  }

  #next(): Frame | undefined {
    for (;;) {
      if (this.#readsFromRing) {
        const frame = this.#reader?.read()
        if (frame !== TO_SOCKET) return frame
        this.#readsFromRing = false
      } else {
        const frame = this.#held.shift()
        if (frame?.kind !== TO_RING) return frame
        this.#readsFromRing = true
      }
    }
  }

  #sleep(): void {
    if (this.#referenced) this.#socket.ref()
    else this.#socket.unref()
    if (this.#paused || !this.#readsFromRing) return // `resume` calls this again
    if (this.#reader?.sleep() === false) this.#look()
  }

  // ---- agreeing on the memory

  #noteTalk(): void {
    if (
      !this.#offers ||
      this.#closed ||
      this.#over !== undefined ||
      ++this.#count !== WORTH_AFTER ||
      findMemoryProvider() === undefined
    ) {
      return
    }
    const id = newSharedId()
    try {
      this.#mapping = createMapping(id, TWO_RINGS_BYTES)
    } catch {
      return // no room, or no descriptor: the socket stays in use
    }
    const { path, named } = this.#mapping.file
    this.#send(RING_OFFERED, Buffer.from(JSON.stringify({ id, path, named })))
  }

  #accept(body: Uint8Array): void {
    if (this.#mapping !== undefined) return // there is one already
    try {
      const offer: unknown = JSON.parse(Buffer.from(body).toString())
      const { id, path, named } = offer as { id: string; path: string; named: boolean }
      this.#mapping = openMapping(id, TWO_RINGS_BYTES, { path, named })
    } catch {
      // No provider here, memory of another user, or a damaged offer: the socket stays in use.
      return this.#send(RING_REFUSED)
    }
    this.#send(RING_ACCEPTED)
    this.#use(this.#mapping, 1)
  }

  #use(mapping: Mapping | undefined, side: 0 | 1): void {
    if (mapping === undefined || this.#closed) return
    this.#writer = new FrameWriter(mapping.buffer, side)
    this.#reader = new FrameReader(mapping.buffer, 1 - side)
  }

  /** Sends a frame to the other transport. */
  #send(kind: number, body: Uint8Array = nothing): void {
    this.#socket.write({ kind, body }).catch(() => {}) // the socket itself reports the end of the connection
  }

  #release(): void {
    this.#poll.cancel()
    this.#writer = undefined
    this.#reader = undefined
    if (this.#mapping !== undefined) closeMapping(this.#mapping)
    this.#mapping = undefined
  }
}
