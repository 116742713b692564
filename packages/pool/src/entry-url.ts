import { callingFile, indexBeside, type Origin } from '@manyhands/base'

// At the root of src because bundling moves every file next to index.js: from here the worker's entry has the same
// place before and after.

let place: string | undefined

/** The URL of this file; empty when it is part of a text. */
const here = (): string => (place ??= callingFile())

/** The file that a worker starts with; in a program that was bundled into one file it is not there. */
export function workerEntryUrl(): URL | undefined {
  const file = here()
  if (file === '') return undefined
  return new URL(file.endsWith('.ts') ? './worker/entry.ts' : './manyhands-worker.js', file)
}

/** Where workers find what this package exports as `name`. */
export function poolOrigin(name: string): Origin {
  return { tag: POOL_TAG, module: indexBeside(here()), name }
}

/** The tag of what this package exports. */
export const POOL_TAG = 'mh:pool'
