import type { Socket } from 'node:net'
import { shakeHands } from './handshake.ts'

/**
 * Handshakes that may run at once. More: a flood takes more descriptors; fewer: honest peers that connect at the same
 * time push each other out.
 */
const MOST = 256

/**
 * The sockets of a server whose handshake has not ended yet.
 *
 * When there are too many, the oldest one is dropped: an honest peer needs milliseconds, so that a flood of silent ones
 * cannot keep it out. None of them keeps the program alive.
 */
export class PendingHandshakes {
  readonly #sockets = new Set<Socket>()

  /** Resolves when the peer has proved that it has the key. @throws as {@link shakeHands} */
  async admit(socket: Socket, authKey: Uint8Array | undefined, timeoutMs: number): Promise<void> {
    socket.unref()
    if (this.#sockets.size >= MOST) this.#sockets.values().next().value?.destroy()
    this.#sockets.add(socket)
    socket.once('close', () => this.#sockets.delete(socket))
    try {
      await shakeHands(socket, { side: 'listener', authKey, timeoutMs, signal: undefined })
    } finally {
      this.#sockets.delete(socket)
    }
  }

  dismiss(): void {
    for (const socket of this.#sockets) socket.destroy()
  }
}
