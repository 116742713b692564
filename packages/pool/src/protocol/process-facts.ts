/**
 * What an instance of Process or Thread carries as a property of its own, so that it travels like any other: an
 * instance that arrives elsewhere knows its name and, before it is started, what it is to run.
 */
export interface ProcessFacts {
  name: string
  daemon: boolean
  /** null before it is started. */
  pid: number | null
  /** Of a Thread, once it is started. */
  threadId: number | null
  target: ((...args: readonly unknown[]) => unknown) | undefined
  args: readonly unknown[]
}

export const factsKey: unique symbol = Symbol.for('manyhands.process') as never

export interface HasFacts {
  readonly [factsKey]: ProcessFacts
}
