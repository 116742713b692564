import {
  BufferTooShortError,
  checkInteger,
  checkOptionNames,
  ConnectionClosedError,
  coreOrigin,
  InvalidStateError,
  MessageTooLongError,
  newSharedId,
  origin,
  type Origin,
  refuseNew,
  rememberShared,
  replace,
  revive,
  reviveShared,
  waitable,
  type Waitable,
  type Waiting,
  WaitTimeoutError,
} from '@manyhands/base'
import { decodeFrame, encodeFrame } from '../values/frame-values.ts'
import type { ReceiveBytesOptions, ReceiveOptions, SendBytesOptions } from './connection-options.ts'
import { DeferredTransport } from './deferred-transport.ts'
import { BYTES, checkBytes, type Frame, MAX_BODY_BYTES } from './frames.ts'
import { claim, type Handle, rendezvous, type Offered } from './hand-over.ts'
import { Inbox } from './inbox.ts'
import { LocalTransport } from './local-transport.ts'
import { MessageWaiters } from './message-waiters.ts'
import { selectBytes, toBytes } from './to-bytes.ts'
import { relay, type Transport } from './transport.ts'

/**
 * One end of a two-way (or one-way) stream of messages. Messages keep their boundaries and their order.
 *
 * Connections are created by `pipe`, `connect` and `Listener.accept`. A connection can itself be sent to a worker or
 * through a connection: it then belongs to its first receiver, where it is the same object each time it arrives, and
 * can no longer be used here. When neither end is left in the process that created the connection, its messages pass
 * through that process, and it ends with that process.
 *
 * A connection keeps the program alive only while a call waits for it.
 *
 * Source of the semantics: Python, `multiprocessing.connection.Connection`.
 */
export class Connection implements Disposable, Waitable, AsyncIterable<unknown> {
  /** False for the sending end of a one-way pipe. */
  readonly readable: boolean
  /** False for the receiving end of a one-way pipe. */
  readonly writable: boolean
  readonly #transport: Transport
  readonly #inbox: Inbox
  /** Messages not yet written to the system. */
  #writing = 0
  #closed = false
  /** Set when no more messages arrive. */
  #end: { readonly error: Error | undefined } | undefined
  readonly #waiters: MessageWaiters
  /** Set when this end was sent to a worker, which may not have received it yet. */
  #handle: Handle | undefined
  #sentAway = false
  /** This end was used here after it was sent to a worker. */
  #usedSinceSent = false

  /** Connections are created by `pipe`, `connect` and `Listener`. */
  constructor(transport: Transport, readable = true, writable = true) {
    if ((transport as Partial<Transport> | undefined)?.setReceiver === undefined) {
      refuseNew('Connection', 'pipe(), await connect(address) or await listener.accept()')
    }
    this.#transport = transport
    this.#inbox = new Inbox(transport)
    this.#waiters = new MessageWaiters(
      () => this.#keepAlive(),
      () => (this.closed ? this.#closedError() : undefined),
    )
    this.readable = readable
    this.writable = writable
    transport.setReceiver({
      receive: frame => this.#receive(frame),
      end: error => {
        this.#end ??= { error }
        this.#waiters.notify()
      },
    })
  }

  /** True once `close` was called, or another worker received this end. */
  get closed(): boolean {
    return this.#closed || this.#sentAway
  }

  /**
   * Sends a value. The other end gets a copy: with an `authKey`, and through a pipe, anything that can travel to a
   * process; otherwise what structured clone supports. The value is read at this call.
   *
   * @returns resolves when the message was written to the system or to shared memory; awaiting it slows down a sender
   * that is faster than the receiver
   * @throws {@link SerializationError} when the value cannot travel
   * @throws {@link ConnectionClosedError} when the other end is closed
   * @throws {@link InvalidStateError} at the receiving end of a one-way pipe, or when this end is closed
   */
  async send(value: unknown): Promise<void> {
    this.#assert('writable')
    return this.#write(encodeFrame(value, this.#transport.isTrusted))
  }

  /**
   * Sends bytes, to be received by `recvBytes`.
   *
   * @returns as `send`; the bytes must not change before it resolves
   * @throws RangeError for an offset or size outside of the bytes
   * @throws ConnectionClosedError, InvalidStateError as `send`
   */
  async sendBytes(bytes: ArrayBufferView | ArrayBufferLike, options: SendBytesOptions = {}): Promise<void> {
    this.#assert('writable')
    return this.#write({ kind: BYTES, body: selectBytes(bytes, options) })
  }

  /**
   * Receives the next message, a value.
   *
   * @throws {@link ConnectionClosedError} when the other end is closed and everything was received
   * @throws {@link WaitTimeoutError} after `timeoutMs`, {@link CancelledError} when `signal` is aborted; no message is
   * lost
   * @throws {@link SerializationError} when the message is damaged, or contains code and its sender is not
   * authenticated
   * @throws {@link InvalidStateError} when the next message is bytes, at the sending end of a one-way pipe, or when
   * this end is closed
   */
  async recv<T = unknown>(options: ReceiveOptions = {}): Promise<T> {
    const frame = await this.#next('Connection.recv', options, options, next => {
      if (next.kind === BYTES) throw new InvalidStateError('the next message is bytes: take it with recvBytes')
    })
    return (await decodeFrame(frame, this.#transport.isTrusted)) as T
  }

  /**
   * Receives the next message, bytes.
   *
   * @throws {@link MessageTooLongError} when the message is longer than `maxLength`; the connection is closed then
   * @throws InvalidStateError when the next message is a value; and as `recv`
   */
  async recvBytes(options: ReceiveBytesOptions = {}): Promise<Uint8Array> {
    const { maxLength, ...wait } = options
    checkInteger('maxLength', maxLength, 0)
    const { body } = await this.#next('Connection.recvBytes', options, wait, next => checkBytes(next, maxLength), [
      'maxLength',
    ])
    return body
  }

  /**
   * Receives the next message, bytes, into `target`.
   *
   * @param offset - where in `target` to begin, in bytes
   * @returns the length of the message in bytes
   * @throws {@link BufferTooShortError} when the message does not fit; it is consumed, and the error's `data` contains
   * it
   * @throws RangeError for an offset outside of `target`; and as `recvBytes`
   */
  async recvBytesInto(
    target: ArrayBufferView | ArrayBufferLike,
    options: ReceiveOptions & { readonly offset?: number | undefined } = {},
  ): Promise<number> {
    const { offset = 0, ...wait } = options
    const room = toBytes('target', target)
    checkInteger('offset', offset, 0)
    if (offset > room.length) {
      throw new RangeError(`offset must be at most ${room.length}, the length of the target, got ${offset}`)
    }
    const { body } = await this.#next('Connection.recvBytesInto', options, wait, next => checkBytes(next, undefined), [
      'offset',
    ])
    if (body.length > room.length - offset) throw new BufferTooShortError(body, room.length - offset)
    room.set(body, offset)
    return body.length
  }

  /**
   * Whether a `recv` would return or throw immediately: a message has arrived, or the other end is closed.
   *
   * @param options.timeoutMs - milliseconds to wait at most; 0 or less does not wait. @default 0
   * @throws CancelledError, InvalidStateError as `recv`
   */
  async poll(options: ReceiveOptions = {}): Promise<boolean> {
    checkOptionNames('Connection.poll', options, ['timeoutMs', 'signal'])
    this.#assert('readable')
    const { timeoutMs = 0 } = options
    try {
      await this.#waiters.wait('Connection.poll', { ...options, timeoutMs }, () => this.#isReady)
      return true
    } catch (error) {
      if (error instanceof WaitTimeoutError) return false
      throw error
    }
  }

  /** Receives values until the other end is closed. */
  async *[Symbol.asyncIterator](): AsyncGenerator<unknown, undefined> {
    for (;;) {
      let value: unknown
      try {
        value = await this.recv()
      } catch (error) {
        if (error instanceof ConnectionClosedError && error.cause === undefined && this.#end?.error === undefined) {
          return undefined
        }
        throw error
      }
      yield value
    }
  }

  /**
   * Closes this end. Messages that were sent still arrive; messages that arrived here and were not received are
   * dropped. Calling it again does nothing.
   */
  close(): void {
    if (this.#closed) return
    this.#closed = true
    this.#waiters.notify()
    if (this.#sentAway) return
    // This end was sent to a worker that has not received it yet: it belongs to the worker.
    if (this.#handle !== undefined) return rendezvous().expire(this.#handle.id)
    this.#inbox.empty()
    this.#transport.close()
  }

  [Symbol.dispose](): void {
    this.close()
  }

  [waitable](): Waiting {
    this.#assert('readable')
    const isReady = (): boolean => this.#isReady || this.closed
    return {
      get ready() {
        return isReady()
      },
      watch: callback => this.#waiters.watch(callback),
    }
  }

  [replace](): Handle {
    // An end that was sent before may be sent again: for its receiver it is the same object.
    if (this.#handle === undefined) {
      this.#assertOpen()
      const id = newSharedId()
      rememberShared(id, this)
      if (this.#transport instanceof LocalTransport) this.#transport.awaitBy(rendezvous())
      const { readable, writable } = this
      this.#handle = rendezvous().offer(id, this.#offered(), {
        readable,
        writable,
        isTrusted: this.#transport.isTrusted,
      })
    }
    rendezvous().noteSent(this.#handle.id)
    return this.#handle
  }

  static [revive](handle: Handle): Connection {
    // In the thread that sent it, it revives to the same object.
    return reviveShared(
      handle.id,
      () => new Connection(new DeferredTransport(claim(handle), handle.isTrusted), handle.readable, handle.writable),
    )
  }

  static get [origin](): Origin {
    return coreOrigin('Connection')
  }

  // ---- sending

  async #write(frame: Frame): Promise<void> {
    if (frame.body.length > MAX_BODY_BYTES) {
      throw new RangeError(`a message may be at most ${MAX_BODY_BYTES} bytes long, got ${frame.body.length}`)
    }
    this.#writing++
    this.#keepAlive()
    try {
      await this.#transport.write(frame)
    } finally {
      this.#writing--
      this.#keepAlive()
    }
  }

  // ---- receiving

  #receive(frame: Frame): void {
    if (this.#closed && this.#handle === undefined) return // an offered end may still be claimed
    this.#inbox.push(frame)
    this.#waiters.notify()
    this.#inbox.adjustFlow()
  }

  get #isReady(): boolean {
    return this.#inbox.first !== undefined || this.#end !== undefined
  }

  /** Waits for a message and takes it. When `check` throws, the message is not taken and stays the next one. */
  async #next(
    where: string,
    options: object,
    wait: ReceiveOptions,
    check: (next: Frame) => void,
    more: readonly string[] = [],
  ): Promise<Frame> {
    checkOptionNames(where, options, ['timeoutMs', 'signal', ...more])
    this.#assert('readable')
    let taken: Frame | undefined
    let refusal: unknown
    await this.#waiters.wait(where, wait, () => {
      const next = this.#inbox.first
      if (next === undefined) return this.#end !== undefined
      try {
        check(next)
        taken = next
        this.#inbox.take()
      } catch (error) {
        refusal = error
      }
      return true
    })
    this.#inbox.adjustFlow()
    if (taken !== undefined) return taken
    if (refusal instanceof MessageTooLongError) this.close()
    throw refusal ?? this.#end?.error ?? new ConnectionClosedError()
  }

  #keepAlive(): void {
    if (!this.#waiters.isEmpty || this.#writing > 0) this.#transport.ref()
    else this.#transport.unref()
  }

  // ---- sending this end to a worker

  /** This end, as offered to its receivers. */
  #offered(): Offered {
    const isUsed = (): boolean => this.#usedSinceSent || !this.#waiters.isEmpty
    return {
      get isUsedHere() {
        return isUsed()
      },
      handOver: transport => this.#handOver(transport),
    }
  }

  #handOver(transport: Transport): void {
    const unread = this.#inbox.empty()
    this.#sentAway = true
    if (this.#transport instanceof LocalTransport && this.#transport.isLocal) {
      this.#transport.replaceBy(transport, unread)
    } else {
      // The transport detects by itself that the other end is gone.
      for (const frame of unread) transport.write(frame).catch(() => {})
      relay(this.#transport, transport)
      if (this.#end !== undefined) transport.close()
    }
    this.#waiters.notify()
  }

  // ---- checks

  #assert(direction: 'readable' | 'writable'): void {
    this.#assertOpen()
    this.#usedSinceSent = this.#handle !== undefined
    if (!this[direction]) {
      throw new InvalidStateError(
        direction === 'readable'
          ? 'this is the sending end of a one-way pipe'
          : 'this is the receiving end of a one-way pipe',
      )
    }
  }

  #assertOpen(): void {
    if (this.closed) throw this.#closedError()
  }

  #closedError(): InvalidStateError {
    return new InvalidStateError(
      this.#sentAway
        ? 'the connection was sent to another worker, which owns it now'
        : 'the connection was closed at this end',
    )
  }
}
