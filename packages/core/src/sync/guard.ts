import { InvalidStateError } from '@manyhands/base'

/** What a guard gives back. */
interface Releasable {
  /** @returns false when this thread does not hold it */
  releaseOwn(): boolean
}

/** Stands for something acquired. It is released at the end of the scope of a `using`, or by `release`. */
export class Guard implements Disposable {
  /** The one that held it before died without releasing it: what it protects may be half done. */
  readonly ownerDied: boolean
  #held: Releasable | undefined

  /** Guards are made by `acquire`. */
  constructor(held: Releasable, ownerDied: boolean) {
    this.#held = held
    this.ownerDied = ownerDied
  }

  /** @throws {@link InvalidStateError} when it was released before */
  release(): void {
    const held = this.#held
    this.#held = undefined
    if (held === undefined || !held.releaseOwn()) throw new InvalidStateError('it was released before')
  }

  /** Releases it unless `release` was called. */
  [Symbol.dispose](): void {
    if (this.#held !== undefined) this.release()
  }
}
