import { newSharedId, slot } from '@manyhands/base'

/** A class that came from the other side: how to bring it up to date. */
export interface RevivedClass {
  readonly type: object
  readonly version: number
  readonly names: readonly string[]
  /** Sets the variables that it captures, in the order of `names`. */
  readonly set: (values: readonly unknown[]) => void
  /** The thread or process that sent it has defined it. */
  readonly isOfSender: boolean
  /** Of a class with private members. @default none */
  readonly members?: ClassMembers | undefined
}

/** The private members of a class whose text was rewritten. Values are in the order of the names. */
export interface ClassMembers {
  readonly fields: readonly string[]
  readonly statics: readonly string[]
  /** The text of the class before. */
  readonly text: string
  /** Gives an object the members, as `new` does; the fields are undefined. @throws TypeError when it has them */
  install(object: object): void
  has(object: object): boolean
  get(object: object): unknown[]
  set(object: object, values: readonly unknown[]): void
  getStatics(): unknown[]
  setStatics(values: readonly unknown[]): void
}

interface Identity {
  readonly id: string
  version: number
  /** What it captured and its statics, when it was last sent from here. */
  state: readonly unknown[] | undefined
}

/**
 * The identity of classes that travel by value.
 *
 * A class gets an id where it was defined and keeps it wherever it goes, so that an instance that went out and came
 * back is `instanceof` its class, and two messages with the same class agree in the worker. One table for a thread; it
 * holds no class alive, so nothing has to be told when one is collected.
 */
export class ClassTable {
  readonly #identities = new WeakMap<object, Identity>()
  readonly #classes = new Map<string, WeakRef<object>>()
  readonly #revived = new WeakMap<object, RevivedClass>()
  readonly #collected = new FinalizationRegistry<string>(id => {
    if (this.#classes.get(id)?.deref() === undefined) this.#classes.delete(id)
  })

  /**
   * The id of `type`, a new one when it has none yet, and its version: another one when `state` differs from when it
   * was last sent.
   */
  identify(type: object, state: readonly unknown[]): readonly [id: string, version: number] {
    const known = this.#identities.get(type)
    if (known === undefined) {
      const id = newSharedId()
      this.#remember(id, type, 1, state)
      return [id, 1]
    }
    if (known.state !== undefined && !isSame(known.state, state)) known.version++
    known.state = state
    return [known.id, known.version]
  }

  /** The class of this thread that carries `id`. */
  find(id: string): object | undefined {
    return this.#classes.get(id)?.deref()
  }

  /** How `type` was revived; undefined for a class that was defined here. */
  revived(type: object): RevivedClass | undefined {
    return this.#revived.get(type)
  }

  /** Notes that `revived` is the class with `id` in this thread. */
  setRevived(id: string, revived: RevivedClass): void {
    this.#revived.set(revived.type, revived)
    const known = this.#identities.get(revived.type)
    if (known === undefined) this.#remember(id, revived.type, revived.version, undefined)
    else known.version = revived.version
  }

  #remember(id: string, type: object, version: number, state: readonly unknown[] | undefined): void {
    this.#identities.set(type, { id, version, state })
    this.#classes.set(id, new WeakRef(type))
    this.#collected.register(type, id)
  }
}

function isSame(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((value, i) => Object.is(value, b[i]))
}

export function classTable(): ClassTable {
  return slot('closure.classes', () => new ClassTable())
}
