import { SerializationError } from '@manyhands/base'
import type { ScopeLevel } from '../text/inspector.ts'
import { formatStep, type Step } from './refusal.ts'

interface Use {
  readonly written: boolean
  readonly user: string
  readonly level: ScopeLevel
  readonly path: () => readonly Step[]
  /** What to do about it, when there is something better than to change the function. */
  readonly cure: () => string | undefined
  /** The function goes by reference: it uses the variable of the module there. */
  readonly byReference: boolean
}

/**
 * Variables that several functions of a message use. Each function has a copy in the worker, so one that any of them
 * assigns is refused.
 *
 * The engine does not say whether two functions stand in the same scope or in two calls of the same code: they do when
 * all variables of it are equal.
 */
export class SharedVariables {
  readonly #uses = new Map<string, Use[]>()

  add(scriptId: string, name: string, use: Use): void {
    const key = `${scriptId} ${use.level.kind} ${name}`
    const uses = this.#uses.get(key)
    if (uses === undefined) this.#uses.set(key, [use])
    else uses.push(use)
  }

  /** @throws SerializationError when a variable is written by one function and used by another */
  check(): void {
    for (const [key, uses] of this.#uses) {
      const pair = conflictIn(uses)
      if (pair === undefined) continue
      const [writer, other] = pair
      const name = key.slice(key.lastIndexOf(' ') + 1)
      const path = writer.path().map(formatStep)
      const hint = writer.cure() ?? 'keep the state in an object ({ value: … }) that both capture'
      throw new SerializationError(
        `cannot send ${path.join(' → ')}: \`${name}\` is assigned by ${writer.user} and also used by ` +
          `${other.user}, and each would get a variable of its own. Hint: ${hint}.`,
        { path, hint },
      )
    }
  }
}

/** One that assigns the variable and another that would not see it. */
function conflictIn(uses: readonly Use[]): readonly [writer: Use, other: Use] | undefined {
  for (const writer of uses) {
    if (!writer.written) continue
    const other = uses.find(
      use => use !== writer && !(use.byReference && writer.byReference) && sameScope(use.level, writer.level),
    )
    if (other !== undefined) return [writer, other]
  }
  return undefined
}

function sameScope(a: ScopeLevel, b: ScopeLevel): boolean {
  const names = Object.keys(a.variables)
  return (
    names.length === Object.keys(b.variables).length &&
    names.every(name => Object.is(valueOf(a, name), valueOf(b, name)))
  )
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
