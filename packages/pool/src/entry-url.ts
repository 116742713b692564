import { type Origin, slot } from '@manyhands/base'

// At the root of src because bundling moves every file next to index.js: from here the worker's entry has the same
// place before and after.

/** Undefined in a bundle of CommonJS. */
const here = import.meta.url as string | undefined
const isSource = here?.endsWith('.ts') === true

/** The file that a worker starts with; in a program that was bundled into one file it is not there. */
export function workerEntryUrl(): URL | undefined {
  return here === undefined ? undefined : new URL(isSource ? './worker/entry.ts' : './manyhands-worker.js', here)
}

/** Where workers find what this package exports as `name`. */
export function poolOrigin(name: string, type: unknown): Origin {
  ownClasses().set(name, type)
  return {
    tag: POOL_TAG,
    module: here === undefined ? '' : new URL(isSource ? './index.ts' : './index.js', here).href,
    name,
  }
}

/** Those of this package that were sent: they may come back. */
export function ownClasses(): Map<string, unknown> {
  return slot('pool.classes', () => new Map<string, unknown>())
}

/** The tag of what this package exports. */
export const POOL_TAG = 'mh:pool'
