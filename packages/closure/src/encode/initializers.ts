import { slot } from '@manyhands/base'

/** An import that a function which goes by value uses. */
export interface UsedImport {
  /** Of the module that imports it. */
  readonly url: string
  readonly scriptId: string
  readonly name: string
  readonly value: object
}

const initializers = (): WeakSet<object> => slot('closure.initializers', () => new WeakSet<object>())

/**
 * Says that `fn` prepares workers: what it uses is taken for set up there, and tasks that use it are not warned of.
 */
export function noteInitializer(fn: object): void {
  initializers().add(fn)
}

export function isInitializer(fn: object): boolean {
  return initializers().has(fn)
}

/** Of an import that is used. */
export const keyOf = ({ url, name }: UsedImport): string => `${name} ${url}`
/** Set up in workers by an initializer; all, once one of them cannot be read. */
const prepared = new Set<string>()
let allPrepared = false

/** Whether an initializer uses the import. */
export function isPrepared(used: UsedImport): boolean {
  return allPrepared || prepared.has(keyOf(used))
}

export function notePrepared(used: UsedImport | 'all'): void {
  if (used === 'all') allPrepared = true
  else prepared.add(keyOf(used))
}
