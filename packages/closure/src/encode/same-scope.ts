import { SCOPE_MARK } from '../protocol/scope-mark.ts'
import type { ScopeLevel } from '../text/inspector.ts'

/**
 * Whether two functions may stand in the same scope: all variables of it are equal. The engine does not say whether
 * they stand in the same scope or in two that the same code made.
 */
export function sameScope(a: ScopeLevel, b: ScopeLevel): boolean {
  const mark = markOf(a)
  if (mark !== undefined) return mark === markOf(b)
  const names = Object.keys(a.variables)
  return (
    names.length === Object.keys(b.variables).length &&
    names.every(name => Object.is(valueOf(a, name), valueOf(b, name)))
  )
}

/** Those of `items` that may stand in the same scope as each of them, by {@link sameScope} or nearly so. */
export function nearlySameScope<T extends { readonly level: ScopeLevel }>(items: readonly T[]): Map<T, readonly T[]> {
  const root = new Map<unknown, unknown>()
  const groups = new Map<T, T[]>()
  for (const item of items) {
    const { level } = item
    const mark = markOf(level)
    const names = Object.keys(level.variables)
    const path = mark === undefined ? [names.length, ...names.map(name => valueOf(level, name))] : [mark]
    let at = root
    for (const value of path) at = childOf(at, value)
    let group = at.get(members) as T[] | undefined
    if (group === undefined) at.set(members, (group = []))
    group.push(item)
    groups.set(item, group)
  }
  return groups
}

function childOf(map: Map<unknown, unknown>, key: unknown): Map<unknown, unknown> {
  let child = map.get(key) as Map<unknown, unknown> | undefined
  if (child === undefined) map.set(key, (child = new Map()))
  return child
}

/** Of a scope that was revived: what no other has. */
export function markOf(level: ScopeLevel): object | undefined {
  return Object.hasOwn(level.variables, SCOPE_MARK) ? (level.variables[SCOPE_MARK] as object) : undefined
}

/** The value of a variable; a mark when it has none yet. */
function valueOf(level: ScopeLevel, name: string): unknown {
  try {
    return level.variables[name]
  } catch {
    return uninitialised
  }
}

const uninitialised = Symbol('uninitialised')
/** Under this key a group has its members. */
const members = Symbol('members')
