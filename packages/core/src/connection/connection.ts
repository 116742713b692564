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
  rememberShared,
  replace,
  revive,
  reviveShared,
  waitable,
  type Waitable,
  type Waiting,
  WaitTimeoutError,
} from '@manyhands/base'
import { DeferredTransport } from './deferred-transport.ts'
import { BYTES, type Frame, MAX_BODY_BYTES } from './frames.ts'
import { claim, type Handle, rendezvous, type Offered } from './hand-over.ts'
import { Inbox } from './inbox.ts'
import { LocalTransport } from './local-transport.ts'
import type { ReceiveBytesOptions, ReceiveOptions, SendBytesOptions } from './options.ts'
import { Receivers } from './receivers.ts'
import { bytesToSend, checkBytes, toBytes } from './to-bytes.ts'
import { relay, type Transport } from './transport.ts'
import { decodeValue, encodeValue } from './values.ts'

/**
 * One end of a two-way (or one-way) stream of messages. Messages keep their boundaries and their order.
 *
 * It is made by `pipe`, `connect` and `Listener.accept`, and can itself be sent to a worker or through a connection: it
 * then belongs to the first one that receives it, for which it is the same object each time it arrives, and is of no
 * use here any more. What passes through a connection that was made here and sent on passes through this process only
 * when both ends are elsewhere; then it ends with this process.
 *
 * A connection keeps the program alive only while something waits for it.
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
  /** Messages that the system has not taken yet. */
  #writing = 0
  #closed = false
  /** Set when nothing more comes. */
  #end: { readonly error: Error | undefined } | undefined
  /** Calls that wait for a message. */
  readonly #receivers = new Receivers(() => this.#keepAlive())
  readonly #watchers = new Set<() => void>()
  /** Set when it was sent to a worker, which may not have received it yet. */
  #handle: Handle | undefined
  #sentAway = false
  /** Something was sent or received here although it was sent to a worker. */
  #usedSinceSent = false

  /** Connections are made by `pipe`, `connect` and `Listener`. */
  constructor(transport: Transport, readable = true, writable = true) {
    this.#transport = transport
    this.#inbox = new Inbox(transport)
    this.readable = readable
    this.writable = writable
    transport.setReceiver({
      receive: frame => this.#receive(frame),
      end: error => {
        this.#end ??= { error }
        this.#changed()
      },
    })
  }

  /** True once `close` was called, or it went to another worker. */
  get closed(): boolean {
    return this.#closed || this.#sentAway
  }

  /**
   * Sends a value. The other end gets a copy: with an `authKey`, and through a pipe, anything that can travel to a
   * process; otherwise what structured clone takes. It is read now.
   *
   * @returns resolves when the system, or memory that both ends see, has taken the message, so that awaiting it slows
   * down who sends faster than is received
   * @throws {@link SerializationError} when the value cannot travel
   * @throws {@link ConnectionClosedError} when the other end is closed
   * @throws {@link InvalidStateError} at the receiving end of a one-way pipe, or when this end is closed
   */
  async send(value: unknown): Promise<void> {
    this.#assert('writable')
    return this.#write(encodeValue(value, this.#transport.isTrusted))
  }

  /**
   * Sends bytes, which `recvBytes` takes.
   *
   * @returns as `send`; the bytes must not change before that
   * @throws RangeError for an offset or size that is outside of the bytes
   * @throws ConnectionClosedError, InvalidStateError as `send`
   */
  async sendBytes(bytes: ArrayBufferView | ArrayBufferLike, options: SendBytesOptions = {}): Promise<void> {
    this.#assert('writable')
    return this.#write({ kind: BYTES, body: bytesToSend(bytes, options) })
  }

  /**
   * Takes the next message, a value.
   *
   * @throws {@link ConnectionClosedError} when the other end is closed and everything was received
   * @throws {@link WaitTimeoutError}, {@link CancelledError} as the options say; nothing is lost
   * @throws {@link SerializationError} when the message is damaged, or holds code and its sender is not authenticated
   * @throws {@link InvalidStateError} when the next message is bytes, at the sending end of a one-way pipe, or when
   * this end is closed
   */
  async recv<T = unknown>(options: ReceiveOptions = {}): Promise<T> {
    const frame = await this.#next('Connection.recv', options, options, next => {
      if (next.kind === BYTES) throw new InvalidStateError('the next message is bytes: take it with recvBytes')
    })
    return (await decodeValue(frame, this.#transport.isTrusted)) as T
  }

  /**
   * Takes the next message, bytes.
   *
   * @throws {@link MessageTooLongError} when it is longer than `maxLength`; the connection is closed then
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
   * Takes the next message, bytes, into memory that is given.
   *
   * @param offset - where in `target` to begin, in bytes
   * @returns how many bytes it was
   * @throws {@link BufferTooShortError} when they do not fit; its `data` holds them, as the message is taken
   * @throws RangeError for an offset that is outside; and as `recvBytes`
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
   * Whether a `recv` would return or throw at once: a message is there, or the other end is closed.
   *
   * @param options.timeoutMs - milliseconds to wait for it at most; 0 and less looks once. @default 0
   * @throws CancelledError, InvalidStateError as `recv`
   */
  async poll(options: ReceiveOptions = {}): Promise<boolean> {
    checkOptionNames('Connection.poll', options, ['timeoutMs', 'signal'])
    this.#assert('readable')
    const { timeoutMs = 0 } = options
    try {
      await this.#receivers.wait('Connection.poll', { ...options, timeoutMs }, () => {
        this.#assertOpen()
        return this.#isReady
      })
      return true
    } catch (error) {
      if (error instanceof WaitTimeoutError) return false
      throw error
    }
  }

  /** Takes values until the other end is closed. */
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
   * Closes this end. What was sent still arrives; what had arrived and was not taken is dropped. Calling it again does
   * nothing.
   */
  close(): void {
    if (this.#closed) return
    this.#closed = true
    this.#changed()
    if (this.#sentAway) return
    // One that was sent to a worker, and not yet received there, is the worker's.
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
      watch: callback => {
        this.#watchers.add(callback)
        this.#keepAlive()
        return () => {
          this.#watchers.delete(callback)
          this.#keepAlive()
        }
      },
    }
  }

  [replace](): Handle {
    // Sent away already it may be sent again: it is the same object for the worker that has it.
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
    // In the thread that sent it, it is still the same.
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
    if (this.#closed && this.#handle === undefined) return // what was offered may still be claimed
    this.#inbox.push(frame)
    this.#changed()
    this.#inbox.adjustFlow()
  }

  get #isReady(): boolean {
    return this.#inbox.first !== undefined || this.#end !== undefined
  }

  /** Waits for a message and takes it. `check` throws when it is not to be taken: it stays the next then. */
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
    await this.#receivers.wait(where, wait, () => {
      if (this.closed) throw this.#closedError()
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

  #changed(): void {
    this.#receivers.look()
    for (const watcher of this.#watchers) watcher()
  }

  #keepAlive(): void {
    if (this.#receivers.waiting || this.#watchers.size > 0 || this.#writing > 0) this.#transport.ref()
    else this.#transport.unref()
  }

  // ---- going away

  /** As it is offered to those that it is sent to. */
  #offered(): Offered {
    const isUsed = (): boolean => this.#usedSinceSent || this.#receivers.waiting || this.#watchers.size > 0
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
      // It hears by itself that the other end is gone
      for (const frame of unread) transport.write(frame).catch(() => {})
      relay(this.#transport, transport)
      if (this.#end !== undefined) transport.close()
    }
    this.#changed()
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
        ? 'the connection was sent to another worker, which has it now'
        : 'the connection was closed at this end',
    )
  }
}
