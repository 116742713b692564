import { InvalidStateError } from '@manyhands/base'

/** A resource that a guard releases. */
interface Releasable {
  /** @returns false when this thread does not hold it */
  releaseOwn(): boolean
}

/** Represents an acquired lock or permit. It is released at the end of the scope of a `using`, or by `release`. */
export class Guard implements Disposable {
  /** The previous owner died without releasing the lock: the protected data may be inconsistent. */
  readonly ownerDied: boolean
  #held: Releasable | undefined

  /** Guards are created by `acquire`. */
  constructor(held: Releasable, ownerDied: boolean) {
    this.#held = held
    this.ownerDied = ownerDied
  }

  /** @throws {@link InvalidStateError} when the lock or permit was already released */
  release(): void {
    const held = this.#held
    this.#held = undefined
    if (held === undefined || !held.releaseOwn()) throw new InvalidStateError('the lock or permit was already released')
  }

  /** Releases it unless `release` was called. */
  [Symbol.dispose](): void {
    if (this.#held !== undefined) this.release()
  }
}
