import { Promise } from '@manyhands/base'
/** A batch whose results a stream holds until they are taken. */
export interface Holder {
  /** One more of its results is held. */
  hold(): void
  /** One of them was taken. */
  taken(): void
}

/** Where results go. */
export interface Output {
  value(index: number, value: unknown, from: Holder): void
  /** All results have come. */
  end(): void
  /** There will be no more results. */
  fail(error: unknown): void
}

/** All results in one array, in the order of the input. */
export class Collector implements Output {
  readonly #results: unknown[] = []
  #count = 0
  readonly #outcome = Promise.withResolvers<unknown[]>()

  /** @param total - the number of results, where it is known */
  constructor(total: number | undefined) {
    if (total !== undefined) this.#results.length = total // one that grows is copied again and again
  }

  get promise(): Promise<unknown[]> {
    return this.#outcome.promise
  }

  value(index: number, value: unknown): void {
    this.#results[index] = value
    this.#count++
  }

  end(): void {
    this.#results.length = this.#count // the input may have changed since its length was read
    this.#outcome.resolve(this.#results)
  }

  fail(error: unknown): void {
    this.#outcome.reject(error)
  }
}
