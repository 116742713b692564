import { InvalidStateError } from '@manyhands/base'

/** A resource that a guard releases. */
interface Releasable {
  /** @returns false when what the guard stands for is not held any more, or is held again by a later `acquire` */
  releaseOwn(guard: Guard): boolean
}

/**
 * Represents an acquired lock or permit. It is released at the end of the scope of a `using`, or by `release`.
 *
 * A guard of a lock releases only what its own `acquire` took: when the lock was released by name in the meantime and
 * acquired again, the lock stays held. Guards of one hold of an `RLock` are alike, and so are permits of a semaphore.
 */
export class Guard implements Disposable {
  /** The previous owner died without releasing the lock: the protected data may be inconsistent. */
  readonly ownerDied: boolean
  #held: Releasable | undefined

  /** Guards are created by `acquire`. */
  constructor(held: Releasable, ownerDied: boolean) {
    this.#held = held
    this.ownerDied = ownerDied
  }

  /** @throws {@link InvalidStateError} when the lock or permit was already released, by this guard or otherwise */
  release(): void {
    // It stays when this fails: a lock that a condition has released meanwhile is held again after the wait.
    if (this.#held?.releaseOwn(this) !== true) throw new InvalidStateError('the lock or permit was already released')
    this.#held = undefined
  }

  /** Releases it unless `release` of this guard has done so. @throws as `release` */
  [Symbol.dispose](): void {
    if (this.#held !== undefined) this.release()
  }
}
