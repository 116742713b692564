import { Promise } from '@manyhands/base'
import { unpack } from '@manyhands/closure/worker'

export type WorkerFunction = (...args: readonly unknown[]) => unknown

/** What became of a function that was sent here: it is there, it is being imported, or it could not be revived. */
export type FunctionEntry = WorkerFunction | PromiseLike<void> | { readonly error: unknown }

/** The functions that main has defined here, by id. */
export class Functions {
  readonly #entries = new Map<number, FunctionEntry>()

  define(id: number, packed: object): void {
    this.#entries.set(
      id,
      reviveFunction(packed, entry => this.#entries.set(id, entry)),
    )
  }

  get(id: number): FunctionEntry {
    return this.#entries.get(id) ?? { error: new Error(`function ${id} was never defined`) }
  }

  forget(ids: readonly number[]): void {
    for (const id of ids) this.#entries.delete(id)
  }
}

/** @param replace - called with the final entry when it was not there at once */
export function reviveFunction(packed: object, replace: (entry: FunctionEntry) => void): FunctionEntry {
  try {
    const fn = unpack(packed as never)
    if (!(fn instanceof Promise)) return fn as WorkerFunction
    return fn.then(
      revived => replace(revived as WorkerFunction),
      (error: unknown) => replace({ error }),
    )
  } catch (error) {
    return { error }
  }
}
