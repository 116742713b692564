import type { Node } from '../protocol/message.ts'

/** Stands among the values of a message for something that is no value of the program. */
export class OwnNode {
  readonly #make: (index: number) => Node

  constructor(make: (index: number) => Node) {
    this.#make = make
  }

  /** Unlike `instanceof` it does not ask a proxy. */
  static is(value: unknown): value is OwnNode {
    return typeof value === 'object' && value !== null && #make in value
  }

  make(index: number): Node {
    return this.#make(index)
  }
}
