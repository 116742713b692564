import type { Socket } from 'node:net'
import { shakeHands } from './handshake.ts'

/**
 * How many may be about to prove who they are. More: a crowd takes more descriptors; fewer: honest ones that come at
 * the same time push each other out.
 */
const MOST = 256

/**
 * Who has come to a server and has not proved yet who it is.
 *
 * When there are too many, the one that has been here the longest has to go: an honest one needs milliseconds, so that
 * a crowd that says nothing cannot keep it out. None of them keeps the program alive.
 */
export class Strangers {
  readonly #sockets = new Set<Socket>()

  /** Resolves when `socket` has proved that it knows the key. @throws as {@link shakeHands} */
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
