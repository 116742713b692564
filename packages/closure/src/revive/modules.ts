import { fileURLToPath } from 'node:url'
import { CORE_TAG, Future, SerializationError } from '@manyhands/base'
import lazy from '#lazy'
import { baseExport } from '../protocol/core-exports.ts'
import { MODULE, type Node, ORIGIN, type Packed } from '../protocol/message.ts'
import { ownCopies } from '../protocol/own-copies.ts'
import { nodeRequire } from '../protocol/require.ts'

/** What was imported here before: it need not be waited for again. */
const imported = new Map<string, unknown>()

/** Imports the modules that a message names; at once when all were imported before. */
export function importModules(packed: Packed): ReadonlyMap<string, unknown> | Promise<ReadonlyMap<string, unknown>> {
  let missing: Set<string> | undefined
  for (const node of packed.nodes) {
    const url = urlOf(node)
    if (url !== undefined && !imported.has(url)) (missing ??= new Set()).add(url)
  }
  if (missing === undefined) return imported
  return Promise.all(Array.from(missing, load)).then(() => imported)
}

function urlOf(node: Node): string | undefined {
  if (node[0] === MODULE) return node[1] === 'esm' ? node[2] : undefined
  if (node[0] !== ORIGIN) return undefined
  if (node[1] === CORE_TAG) return baseExport(node[3]) === undefined && !isCoreLoaded() ? CORE_TAG : undefined
  return node[2] === '' ? undefined : node[2]
}

/**
 * Loads core at once if that is possible, because a caller such as `Queue.getSync` cannot wait. It is not where a tool
 * such as vitest imports modules in a way of its own, so that `require` leads to a second copy, nor while core is being
 * imported.
 */
function isCoreLoaded(): boolean {
  if (imported.has(CORE_TAG)) return true
  try {
    if (lazy.base().Future !== Future) return false
    imported.set(CORE_TAG, lazy.core())
    return true
  } catch {
    return false
  }
}

async function load(url: string): Promise<void> {
  try {
    imported.set(url, await (url === CORE_TAG ? import('@manyhands/core') : import(url)))
  } catch (cause) {
    throw new SerializationError(
      `the module ${url} cannot be imported here: ${(cause as Error | undefined)?.message ?? String(cause)}`,
      { cause },
    )
  }
}

export function requireModule(url: string): unknown {
  return nodeRequire()(fileURLToPath(url)) as unknown
}

/** What this thread has a copy of: of core each has, of the rest when it is part of a bundle. */
export function ownCopy(tag: string, name: string): unknown {
  if (tag !== CORE_TAG) return ownCopies()?.find(tag, name)
  return baseExport(name) ?? (imported.get(CORE_TAG) as Readonly<Record<string, unknown>> | undefined)?.[name]
}
