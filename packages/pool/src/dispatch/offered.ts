import { openOffers, receiverGone } from '@manyhands/base'

/** Connections that are remembered before those that were claimed are forgotten. */
const MOST_OFFERED = 256

/** Connections that were sent to a worker, which nobody comes for when it is gone. */
export class Offered {
  #connections: string[] = []
  #pruneAt = MOST_OFFERED

  add(connections: readonly string[]): void {
    if (this.#connections.length >= this.#pruneAt) {
      this.#connections = openOffers(this.#connections)
      this.#pruneAt = Math.max(MOST_OFFERED, this.#connections.length * 2)
    }
    this.#connections.push(...connections)
  }

  receiverGone(): void {
    receiverGone(this.#connections)
  }
}
