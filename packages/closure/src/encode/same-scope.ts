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
