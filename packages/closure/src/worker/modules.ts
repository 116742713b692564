import * as core from '@manyhands/core'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { MODULE, ORIGIN } from '../protocol/message.ts'
import type { Node, Packed } from '../protocol/message.ts'
import { CORE_TAG } from '../protocol/tags.ts'

const require = createRequire(import.meta.url)
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
  return node[0] === ORIGIN && node[1] !== CORE_TAG ? node[2] : undefined
}

async function load(url: string): Promise<void> {
  try {
    imported.set(url, await import(url))
  } catch (cause) {
    throw new core.SerializationError(`the module ${url} cannot be imported here: ${(cause as Error | undefined)?.message ?? String(cause)}`, { cause })
  }
}

export function requireModule(url: string): unknown {
  return require(fileURLToPath(url)) as unknown
}

export function coreExport(name: string): unknown {
  return (core as unknown as Readonly<Record<string, unknown>>)[name]
}
