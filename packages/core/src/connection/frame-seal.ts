import { AuthenticationError } from '@manyhands/base'

const crypto = (): typeof import('node:crypto') => process.getBuiltinModule('node:crypto')

export const TAG_BYTES = 16
const NONCE_BYTES = 12
/** Node's crypto takes less than 2 GiB in one call. */
const MOST_AT_ONCE = 2 ** 30

/** One for each direction of a connection. */
export interface Seals {
  readonly sent: FrameSeal
  readonly received: FrameSeal
}

/**
 * Proves frame by frame that nobody between the two ends has changed, dropped, repeated or inserted one: each carries a
 * tag over its number and its bytes. It does not hide them.
 *
 * GMAC, which is AES-256-GCM without anything to encrypt (NIST SP 800-38D): of 1 MiB in a tenth of the time of
 * HMAC-SHA-256, of 1 KiB in about the same.
 * It needs a number that its key never sees twice, so each direction of each connection has a key of its own.
 */
export class FrameSeal {
  readonly #key: Uint8Array
  readonly #nonce = Buffer.alloc(NONCE_BYTES)
  #count = 0n

  /** @param key - 32 bytes, for one direction of one connection */
  constructor(key: Uint8Array) {
    this.#key = key
  }

  /** The tag of the next frame. */
  tag(head: Uint8Array, body: Uint8Array): Buffer {
    this.#nonce.writeBigUInt64LE(this.#count++)
    const cipher = crypto().createCipheriv('aes-256-gcm', this.#key, this.#nonce)
    // The head has a fixed length, so where the body begins is not in doubt.
    cipher.setAAD(head)
    for (let at = 0; at < body.length; at += MOST_AT_ONCE) cipher.setAAD(body.subarray(at, at + MOST_AT_ONCE))
    cipher.final()
    return cipher.getAuthTag()
  }

  /** @throws AuthenticationError when this is not the next frame, as it was sent */
  verify(head: Uint8Array, body: Uint8Array, tag: Uint8Array): void {
    if (crypto().timingSafeEqual(this.tag(head, body), tag)) return
    throw new AuthenticationError(
      'a message is not the one that the other end has sent: somebody on the way has changed, repeated or left out ' +
        'bytes. The connection was closed',
    )
  }
}
