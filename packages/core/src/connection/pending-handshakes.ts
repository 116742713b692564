import type { Socket } from 'node:net'
import type { Seals } from './frame-seal.ts'
import { shakeHands } from './handshake.ts'

/**
 * Handshakes that may run at once. More: a flood of clients takes more descriptors; fewer: honest peers that connect at
 * the same time evict each other.
 */
const MOST = 256

/**
 * The sockets of a server whose handshakes have not ended yet.
 *
 * When there are too many, the oldest socket is dropped: an honest peer needs milliseconds, so a flood of silent peers
 * cannot keep it out. None of them keeps the program alive.
 */
export class PendingHandshakes {
  readonly #sockets = new Set<Socket>()

  /** Resolves when the peer is authenticated. Returns and throws as {@link shakeHands}. */
  async admit(socket: Socket, authKey: Uint8Array | undefined, timeoutMs: number): Promise<Seals | undefined> {
    socket.unref()
    if (this.#sockets.size >= MOST) this.#sockets.values().next().value?.destroy()
    this.#sockets.add(socket)
    socket.once('close', () => this.#sockets.delete(socket))
    try {
      return await shakeHands(socket, {
        side: 'listener',
        authKey,
        isExposed: socket.remotePort !== undefined,
        timeoutMs,
        signal: undefined,
      })
    } finally {
      this.#sockets.delete(socket)
    }
  }

  dismiss(): void {
    for (const socket of this.#sockets) socket.destroy()
  }
}
