import { type Outcome, Promise, type TaskFailure } from '@manyhands/base'

/** A batch whose results a stream holds until they are taken. */
export interface Holder {
  /** One more of its results is held. */
  hold(): void
  /** One of them was taken. */
  taken(): void
}

/** Where the outcomes of tasks go. What it throws ends the call. */
export interface Output {
  value(index: number, value: unknown, from: Holder): void
  /**
   * A task failed, and will not run again. Left out where that ends the call.
   *
   * @returns where what takes its place is not there yet, a promise of what delivers it
   */
  readonly failed?: ((index: number, error: unknown, from: Holder) => Promise<() => void> | undefined) | undefined
  /** All tasks are done: the error that the call ends with, if there is one. Left out where there is none. */
  readonly deferred?: (() => unknown) | undefined
  /** All results have come. */
  end(): void
  /** There will be no more results. */
  fail(error: unknown): void
}

/** Where results end up. */
export interface Results extends Output {
  /** Nothing stands at this place. */
  skip(index: number): void
  /** What each task has come to, as far as that is still known here. */
  outcomes(failures: readonly TaskFailure[]): Outcome<unknown>[]
  /** All results have come, and the call fails all the same. */
  endWith(error: unknown): void
}

/** All results in one array, in the order of the input. */
export class Collector implements Results {
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

  skip(index: number): void {
    this.value(index, undefined)
  }

  outcomes(failures: readonly TaskFailure[]): Outcome<unknown>[] {
    const outcomes = this.#results.slice(0, this.#count).map((value): Outcome<unknown> => ({ ok: true, value }))
    for (const { index, error } of failures) outcomes[index] = { ok: false, error }
    return outcomes
  }

  end(): void {
    this.#results.length = this.#count // the input may have changed since its length was read
    this.#outcome.resolve(this.#results)
  }

  endWith(error: unknown): void {
    this.fail(error)
  }

  fail(error: unknown): void {
    this.#outcome.reject(error)
  }
}
