import type { LostWrite } from './lost-write.ts'

/** How a function uses a variable that it does not declare. */
export interface FreeVariable {
  /** It is assigned. */
  written: boolean
  /** A class needs its value while the class is made. */
  eager: boolean
  /** Used by something else than initialisers of static members, which do not travel. */
  needed: boolean
  /** The members used, when it is only ever used as `name.member`. */
  members: Set<string> | undefined
  /** The ids of `name(id)` and the members, when it is only ever used so and called at least once. */
  required: Required | undefined
  /** Where a statement first changes it or fills it, when nothing else in the function looks at it. */
  lostWrite: LostWrite | undefined
  /** It is used by something else than such statements. */
  read: boolean
}

/** How a function uses what may be the `require` of a bundle. */
export interface Required {
  readonly ids: Set<string | number>
  readonly members: Set<string>
}

export function newVariable(): FreeVariable {
  return {
    written: false,
    eager: false,
    needed: false,
    members: new Set(),
    required: undefined,
    lostWrite: undefined,
    read: false,
  }
}
