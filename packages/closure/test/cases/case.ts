/** A function or value to send. `make` returns it; it is called there and here with the same arguments. */
export interface Case {
  readonly name: string
  readonly make: () => unknown
  readonly args: readonly unknown[]
  readonly expect?: unknown
  readonly refuse?: RegExp
  /** In a bundle it works: there it stands in one module with what it uses. */
  readonly worksInBundles?: boolean
}

/** Works: on the other side it gives what it gives here, or `expect`. */
export const works = (name: string, make: () => unknown, args: readonly unknown[] = [], more: Partial<Case> = {}): Case => ({ name, make, args, ...more })
/** Refused, by a message that matches. */
export const refused = (name: string, make: () => unknown, refuse: RegExp, more: Partial<Case> = {}): Case => ({ name, make, args: [], refuse, ...more })
