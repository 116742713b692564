import type { Socket } from 'node:net'
import {
  AuthenticationError,
  CancelledError,
  WaitTimeoutError,
  clearTimeout,
  setTimeout,
  Promise,
} from '@manyhands/base'
import { FrameSeal, type Seals } from './frame-seal.ts'

const crypto = (): typeof import('node:crypto') => process.getBuiltinModule('node:crypto')

/** The first bytes that both sides send, to detect other protocols: `mhc` and the version. */
const MAGIC = Buffer.from('mhc2', 'latin1')
const NONCE_BYTES = 32
const MAC_BYTES = 32
/** Bits of the byte behind the magic: this side has a key; it wants each frame to be sealed. */
const HAS_KEY = 1
const WANTS_SEALS = 2
/** Magic, a byte of bits, a nonce. */
const HELLO_BYTES = MAGIC.length + 1 + NONCE_BYTES

export interface HandshakeOptions {
  readonly side: 'listener' | 'client'
  readonly authKey: Uint8Array | undefined
  /** Strangers may be able to change what is under way: with a key, each frame is sealed. */
  readonly isExposed: boolean
  readonly timeoutMs: number | undefined
  readonly signal: AbortSignal | undefined
}

/**
 * Both ends prove to each other that they have the key, without sending it: each answers the other's nonce with an
 * HMAC-SHA-256 over what both have said so far and its own side (so that a peer cannot reflect an answer as its own),
 * the client first. No byte of the peer is interpreted before that, and at most 69 are read.
 *
 * Leaves the socket paused, with the bytes after the handshake still in it.
 *
 * @returns what seals the frames that follow; undefined where they are not sealed
 * @throws AuthenticationError when the keys differ, one side has no key, or the peer uses another protocol
 * @throws WaitTimeoutError after `timeoutMs`, CancelledError when `signal` is aborted
 */
export async function shakeHands(
  socket: Socket,
  { side, authKey, isExposed, timeoutMs, signal }: HandshakeOptions,
): Promise<Seals | undefined> {
  const reader = new ExactReader(socket, timeoutMs, signal)
  try {
    const bits = (authKey === undefined ? 0 : HAS_KEY) | (isExposed ? WANTS_SEALS : 0)
    const said = Buffer.concat([MAGIC, Buffer.of(bits), crypto().randomBytes(NONCE_BYTES)])
    socket.write(said)
    const heard = await reader.read(HELLO_BYTES)
    if (!heard.subarray(0, MAGIC.length).equals(MAGIC)) {
      throw new AuthenticationError('the other end is not a manyhands connection, or of another version')
    }
    const peerBits = heard[MAGIC.length] as number
    const peerHasKey = (peerBits & HAS_KEY) !== 0
    if (peerHasKey !== (authKey !== undefined)) {
      throw new AuthenticationError(
        peerHasKey
          ? 'the other end requires an authKey, but none was given here'
          : 'an authKey was given here, but the other end has none',
      )
    }
    if (authKey === undefined) return undefined
    const transcript = Buffer.concat(side === 'listener' ? [said, heard] : [heard, said])
    const mac = (of: string): Buffer => crypto().createHmac('sha256', authKey).update(of).update(transcript).digest()
    const other = side === 'listener' ? 'client' : 'listener'
    if (side === 'client') socket.write(mac(side))
    const answer = await reader.read(MAC_BYTES)
    if (!crypto().timingSafeEqual(answer, mac(other))) {
      throw new AuthenticationError('the other end has a different authKey')
    }
    // Only now: an unauthenticated peer must not get a proof with which it could guess the key offline.
    if (side === 'listener') socket.write(mac(side))
    if (((bits | peerBits) & WANTS_SEALS) === 0) return undefined
    return { sent: new FrameSeal(mac(`frames of the ${side}`)), received: new FrameSeal(mac(`frames of the ${other}`)) }
  } catch (error) {
    socket.on('error', () => {}) // the handshake has already failed
    if (socket.connecting) {
      socket.destroy() // the system would keep trying for minutes
      throw error
    }
    // The bytes that this side has sent still go out, so that the other end can report the reason.
    socket.resume()
    socket.end(() => socket.destroySoon())
    throw error
  } finally {
    reader.close()
  }
}

/** Reads an exact number of bytes from a paused socket. */
class ExactReader {
  readonly #socket: Socket
  readonly #timer: NodeJS.Timeout | undefined
  readonly #signal: AbortSignal | undefined
  #fail: (error: Error) => void = () => {}
  #failure: Error | undefined

  constructor(socket: Socket, timeoutMs: number | undefined, signal: AbortSignal | undefined) {
    this.#socket = socket
    this.#signal = signal
    socket.pause()
    socket.on('error', this.#onError)
    socket.on('close', this.#onEnd)
    socket.on('end', this.#onEnd)
    // The timer does not keep the program alive: the socket does, where a call waits for it.
    if (timeoutMs !== undefined && timeoutMs !== Infinity) {
      this.#timer = setTimeout(
        () => this.#end(new WaitTimeoutError('the connection was not established', timeoutMs)),
        timeoutMs,
      ).unref()
    }
    signal?.addEventListener('abort', this.#onAbort)
    if (signal?.aborted === true) this.#onAbort()
  }

  async read(count: number): Promise<Buffer> {
    const parts: Buffer[] = []
    for (let missing = count; ;) {
      if (this.#failure !== undefined) throw this.#failure
      // Read whatever has arrived: while bytes are left, a listener is called again and again, and no other code of
      // this thread gets a turn.
      const bytes = this.#socket.read(Math.min(missing, this.#socket.readableLength)) as Buffer | null
      if (bytes !== null) {
        parts.push(bytes)
        missing -= bytes.length
      }
      if (missing === 0) return Buffer.concat(parts)
      await new Promise<void>((resolve, reject) => {
        this.#socket.once('readable', resolve)
        this.#fail = error => {
          this.#socket.removeListener('readable', resolve)
          reject(error)
        }
      })
    }
  }

  close(): void {
    clearTimeout(this.#timer)
    this.#signal?.removeEventListener('abort', this.#onAbort)
    this.#socket
      .removeListener('error', this.#onError)
      .removeListener('close', this.#onEnd)
      .removeListener('end', this.#onEnd)
    this.#socket.pause()
  }

  readonly #onError = (cause: Error): void => this.#end(cause)
  readonly #onEnd = (): void =>
    this.#end(
      new AuthenticationError(
        'the other end closed the connection during the handshake: ' +
          'its authKey differs, or it is not a manyhands connection',
      ),
    )
  readonly #onAbort = (): void =>
    this.#end(new CancelledError('connecting was aborted', { cause: this.#signal?.reason }))

  #end(error: Error): void {
    this.#failure ??= error
    this.#fail(error)
  }
}
