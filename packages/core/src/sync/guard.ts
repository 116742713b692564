import { InvalidStateError } from '@manyhands/base'

/** A resource that a guard releases. */
interface Releasable {
  /** @returns false when this thread does not hold it */
  releaseOwn(): boolean
}

/** Counts the holds of a lock in this thread, so that a guard of an earlier one is told from that of the present. */
export interface Holds {
  count: number
}

/** Represents an acquired lock or permit. It is released at the end of the scope of a `using`, or by `release`. */
export class Guard implements Disposable {
  /** The previous owner died without releasing the lock: the protected data may be inconsistent. */
  readonly ownerDied: boolean
  #held: Releasable | undefined
  readonly #holds: Holds | undefined
  readonly #hold: number | undefined

  /**
   * Guards are created by `acquire`.
   *
   * @param holds - of a lock that only one can hold. @default the guard releases a permit, whichever
   */
  constructor(held: Releasable, ownerDied: boolean, holds?: Holds) {
    this.#held = held
    this.ownerDied = ownerDied
    this.#holds = holds
    this.#hold = holds?.count
  }

  /** @throws {@link InvalidStateError} when the lock or permit was already released */
  release(): void {
    const held = this.#held
    this.#held = undefined
    // The lock may have been released by its own `release`, and be held again by other code of this thread.
    if (held === undefined || this.#holds?.count !== this.#hold || !held.releaseOwn()) {
      throw new InvalidStateError('the lock or permit was already released')
    }
  }

  /** Releases it unless `release` was called. */
  [Symbol.dispose](): void {
    if (this.#held !== undefined) this.release()
  }
}
