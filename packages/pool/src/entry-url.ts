import type { Origin } from '@manyhands/core'

// At the root of src because bundling moves every file next to index.js: from here the worker's entry has the same place before and after.

/** What a worker starts with. */
export function workerEntryUrl(): URL {
  return new URL(import.meta.url.endsWith('.ts') ? './worker/entry.ts' : './worker/entry.js', import.meta.url)
}

/** Where workers find what this package exports as `name`. */
export function poolOrigin(name: string): Origin {
  return { tag: 'mh:pool', module: new URL(import.meta.url.endsWith('.ts') ? './index.ts' : './index.js', import.meta.url).href, name }
}
