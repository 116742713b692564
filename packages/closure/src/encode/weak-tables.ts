import type { Node } from '../protocol/message.ts'

/** The WeakMaps and WeakSets of a message. */
export interface WeakTables {
  /** Their nodes. */
  readonly nodes: readonly number[]
  /**
   * Adds the entries whose keys the other side can have.
   *
   * @returns whether there were any: their values may be the keys of others
   */
  follow(): boolean
  /** Each node, and what gives it in the end. */
  finish(): readonly (readonly [index: number, finish: () => Node])[]
}
