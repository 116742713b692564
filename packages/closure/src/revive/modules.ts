import { fileURLToPath } from 'node:url'
import { CORE_TAG, Future, givenParts, loadPart, SerializationError, Promise } from '@manyhands/base'
import lazy from '#lazy'
import { baseExport } from '../protocol/core-exports.ts'
import { MODULE, type Node, ORIGIN, type Packed } from '../protocol/message.ts'
import { ownCopies, sentByTag } from '../protocol/own-copies.ts'
import { nodeRequire, requireFrom } from '../protocol/require.ts'
import { importFrom } from './module-tools.ts'

/** What was imported here before: it need not be waited for again. */
const imported = new Map<string, unknown>()

/** A module by what it is called, and by whom: the URL of the module that imports it. */
export function moduleKey(url: string, from: string | undefined): string {
  return from === undefined ? url : `${url} ${from}`
}

/** Imports the modules that a message names; at once when all were imported before. */
export function importModules(packed: Packed): ReadonlyMap<string, unknown> | Promise<ReadonlyMap<string, unknown>> {
  let missing: Map<string, Wanted> | undefined
  for (const node of packed.nodes) {
    const wanted = wantedBy(node)
    if (wanted === undefined) continue
    const key = moduleKey(wanted.url, wanted.from)
    if (!imported.has(key)) (missing ??= new Map()).set(key, wanted)
  }
  const ordered = orderedImports(packed, missing)
  if (missing === undefined && ordered === undefined) return imported
  return loadAll(ordered ?? [], missing ?? new Map<string, Wanted>())
}

/** What modules import for its effects, and what has to be imported before. */
function orderedImports(
  packed: Packed,
  missing: ReadonlyMap<string, Wanted> | undefined,
): readonly Wanted[] | undefined {
  let ordered: Wanted[] | undefined
  for (const { effects, url: from } of packed.templates) {
    for (const [url, always] of effects ?? []) {
      const key = moduleKey(url, from)
      if (!imported.has(key) && (always || missing?.has(key) === true)) (ordered ??= []).push({ url, from })
    }
  }
  return ordered
}

async function loadAll(
  ordered: readonly Wanted[],
  missing: ReadonlyMap<string, Wanted>,
): Promise<ReadonlyMap<string, unknown>> {
  for (const wanted of ordered) {
    const key = moduleKey(wanted.url, wanted.from)
    if (!imported.has(key)) await load(key, wanted)
  }
  const rest = [...missing].filter(([key]) => !imported.has(key))
  await Promise.all(rest.map(([key, wanted]) => load(key, wanted)))
  return imported
}

interface Wanted {
  readonly url: string
  readonly from?: string | undefined
}

function wantedBy(node: Node): Wanted | undefined {
  if (node[0] === MODULE) return node[1] === 'esm' ? { url: node[2], from: node[4] } : undefined
  if (node[0] !== ORIGIN) return undefined
  if (node[1] === CORE_TAG) {
    return baseExport(node[3]) === undefined && !isCoreLoaded() ? { url: CORE_TAG } : undefined
  }
  return node[2] === '' ? undefined : { url: node[2] }
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

async function load(key: string, { url, from }: Wanted): Promise<void> {
  try {
    imported.set(key, await importModule(url, from))
  } catch (cause) {
    throw unloadable('imported', url, from, cause)
  }
}

function importModule(url: string, from: string | undefined): Promise<unknown> {
  if (from !== undefined) return importFrom(from)(url)
  return url === CORE_TAG ? import('@manyhands/core') : import(/* webpackIgnore: true */ url)
}

export function requireModule(url: string, from: string | undefined): unknown {
  if (from === undefined) return nodeRequire()(fileURLToPath(url)) as unknown
  try {
    return requireFrom(from)(url) as unknown
  } catch (cause) {
    throw unloadable('required', url, from, cause)
  }
}

function unloadable(how: string, url: string, from: string | undefined, cause: unknown): SerializationError {
  const what = from === undefined ? `the module ${url}` : `\`${url}\`, which ${from} imports,`
  return new SerializationError(
    `${what} cannot be ${how} here: ${(cause as Error | undefined)?.message ?? String(cause)}`,
    { cause },
  )
}

/** What this thread has a copy of: of core each has, of the rest when it is part of a bundle. */
export function ownCopy([, tag, , name, part, text]: Extract<Node, readonly [typeof ORIGIN, ...unknown[]]>): unknown {
  if (tag !== CORE_TAG) {
    const own = sentByTag().get(`${tag} ${name}`) ?? ownCopies()?.find?.(tag, name)
    return own === undefined && part !== undefined && text !== undefined ? exportsOfPart(part, text)[name] : own
  }
  return baseExport(name) ?? (imported.get(CORE_TAG) as Readonly<Record<string, unknown>> | undefined)?.[name]
}

const loadedParts = new Map<string, Readonly<Record<string, unknown>>>()

/** Workers of this one are given the part as well. */
function exportsOfPart(name: string, text: string): Readonly<Record<string, unknown>> {
  let exports = loadedParts.get(name)
  if (exports === undefined) {
    givenParts().set(name, text)
    exports = loadPart(name, text, ownCopies()?.modules ?? {}) as Readonly<Record<string, unknown>>
    loadedParts.set(name, exports)
  }
  return exports
}
