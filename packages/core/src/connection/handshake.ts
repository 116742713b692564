import type { Socket } from 'node:net'
import { AuthenticationError, CancelledError, WaitTimeoutError } from '@manyhands/base'

const crypto = (): typeof import('node:crypto') => process.getBuiltinModule('node:crypto')

/** What both sides say first, so that other programs are told apart: `mhc` and the version. */
const MAGIC = Buffer.from('mhc1', 'latin1')
const NONCE_BYTES = 32
const MAC_BYTES = 32
/** Magic, whether this side has a key, a nonce. */
const HELLO_BYTES = MAGIC.length + 1 + NONCE_BYTES

export interface HandshakeOptions {
  readonly side: 'listener' | 'client'
  readonly authKey: Uint8Array | undefined
  readonly timeoutMs: number | undefined
  readonly signal: AbortSignal | undefined
}

/**
 * Proves to each other that both ends know the key, without sending it: each answers the other's nonce with an
 * HMAC-SHA-256 over both nonces and its own side (so that an answer cannot be sent back as one's own), the client
 * first. No byte of the peer is interpreted before that, and no more than 69 are taken.
 *
 * Leaves the socket paused, with what came behind the handshake still in it.
 *
 * @throws AuthenticationError when the keys differ, one side has none, or the peer speaks something else
 * @throws WaitTimeoutError, CancelledError as the options say
 */
export async function shakeHands(
  socket: Socket,
  { side, authKey, timeoutMs, signal }: HandshakeOptions,
): Promise<void> {
  const reader = new ExactReader(socket, timeoutMs, signal)
  try {
    const nonce = crypto().randomBytes(NONCE_BYTES)
    socket.write(Buffer.concat([MAGIC, Buffer.of(authKey === undefined ? 0 : 1), nonce]))
    const hello = await reader.read(HELLO_BYTES)
    if (!hello.subarray(0, MAGIC.length).equals(MAGIC)) {
      throw new AuthenticationError('the other end is not a connection of manyhands')
    }
    const peerHasKey = hello[MAGIC.length] === 1
    if (peerHasKey !== (authKey !== undefined)) {
      throw new AuthenticationError(
        peerHasKey
          ? 'the other end asks for an authKey, and none was given here'
          : 'an authKey was given here, and the other end has none',
      )
    }
    if (authKey === undefined) return
    const peerNonce = hello.subarray(MAGIC.length + 1)
    const [listenerNonce, clientNonce] = side === 'listener' ? [nonce, peerNonce] : [peerNonce, nonce]
    const mac = (of: string): Buffer =>
      crypto().createHmac('sha256', authKey).update(of).update(listenerNonce).update(clientNonce).digest()
    if (side === 'client') socket.write(mac(side))
    const answer = await reader.read(MAC_BYTES)
    if (!crypto().timingSafeEqual(answer, mac(side === 'listener' ? 'client' : 'listener'))) {
      throw new AuthenticationError('the other end has another authKey')
    }
    // Only now: a stranger must not get a proof by which it could try out keys at home.
    if (side === 'listener') socket.write(mac(side))
  } catch (error) {
    socket.on('error', () => {}) // it failed already
    if (socket.connecting) {
      socket.destroy() // the system would go on trying for minutes
      throw error
    }
    // What this side has said still goes out, so that the other one can tell why.
    socket.resume()
    socket.end(() => socket.destroySoon())
    throw error
  } finally {
    reader.close()
  }
}

/** Takes a number of bytes from a paused socket, and no more. */
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
    // It is the socket that keeps the program alive, where somebody waits for it.
    if (timeoutMs !== undefined && timeoutMs !== Infinity) {
      this.#timer = setTimeout(
        () => this.#end(new WaitTimeoutError('the connection was not made', timeoutMs)),
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
      // Whatever is there: while some is left, one that listens is called again and again, and nothing else in this
      // thread gets a turn.
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
        'the other end closed the connection during the handshake: its authKey differs, or it is not a ' +
          'connection of manyhands',
      ),
    )
  readonly #onAbort = (): void =>
    this.#end(new CancelledError('connecting was aborted', { cause: this.#signal?.reason }))

  #end(error: Error): void {
    this.#failure ??= error
    this.#fail(error)
  }
}
