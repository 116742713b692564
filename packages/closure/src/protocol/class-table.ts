import { newSharedId, slot } from '@manyhands/core'

/**
 * The identity of classes that travel by value.
 *
 * A class gets an id where it was defined and keeps it wherever it goes, so that an instance that went out and came back is `instanceof` its class, and
 * two messages with the same class agree in the worker. One table for a thread; it holds no class alive.
 */
export class ClassTable {
  readonly #ids = new WeakMap<object, string>()
  readonly #classes = new Map<string, WeakRef<object>>()
  readonly #collected = new FinalizationRegistry<string>(id => {
    if (this.#classes.get(id)?.deref() === undefined) this.#classes.delete(id)
  })

  /** The id of `type`, a new one when it has none yet. */
  idOf(type: object): string {
    const known = this.#ids.get(type)
    if (known !== undefined) return known
    const id = newSharedId()
    this.remember(id, type)
    return id
  }

  /** The class of this thread that carries `id`. */
  find(id: string): object | undefined {
    return this.#classes.get(id)?.deref()
  }

  remember(id: string, type: object): void {
    this.#ids.set(type, id)
    this.#classes.set(id, new WeakRef(type))
    this.#collected.register(type, id)
  }
}

export function classTable(): ClassTable {
  return slot('closure.classes', () => new ClassTable())
}
