import { newSharedId } from '@manyhands/base'
import type { FunctionFacts, ScopeLevel } from '../text/inspector.ts'
import { markOf } from './same-scope.ts'

/** Variables of one scope that several functions share, because one of them assigns them. */
export interface Cell {
  readonly scriptId: string
  /** The scope as one of its functions sees it. */
  readonly level: ScopeLevel
  readonly names: Set<string>
  readonly proof: ScopeProof
  /** Variables that an initializer assigns: they live on in the worker, with what it has set up. */
  readonly kept: Set<string>
}

/** How a scope is known from all others. */
export interface ScopeProof {
  /** Variables whose objects are made anew in each scope; none where there is but one. */
  readonly names: readonly string[]
  /** Whether a function at this place means the same declaration. */
  readonly isDeclaredFor: (facts: FunctionFacts) => boolean
}

/** The cells of a message. They are found out while it is encoded, which then begins anew. */
export class Cells {
  readonly #cells: Cell[] = []

  /** The cell of a scope around a function. */
  find(facts: FunctionFacts, level: ScopeLevel): Cell | undefined {
    const mark = markOf(level)
    return this.#cells.find(cell => {
      const ofCell = markOf(cell.level)
      // The functions of a scope that was revived are scripts of their own.
      if (mark !== undefined || ofCell !== undefined) return mark === ofCell
      const { names, isDeclaredFor } = cell.proof
      return (
        cell.scriptId === facts.location?.scriptId &&
        cell.level.kind === level.kind &&
        names.every(
          name => Object.hasOwn(level.variables, name) && cell.level.variables[name] === level.variables[name],
        ) &&
        isDeclaredFor(facts)
      )
    })
  }

  /** @returns the cell that the variable is in from now on */
  share(facts: FunctionFacts, level: ScopeLevel, name: string, proof: ScopeProof): Cell {
    let cell = this.find(facts, level)
    if (cell === undefined) {
      cell = { scriptId: facts.location?.scriptId ?? '', level, names: new Set(), proof, kept: new Set() }
      this.#cells.push(cell)
    }
    cell.names.add(name)
    return cell
  }
}

const ids = new WeakMap<object, string>()
const idsOfModules = new Map<string, string>()

/** The same for the same scope, whatever the message. */
export function idOfScope({ scriptId, level, proof }: Cell): string {
  const [first] = proof.names
  const mark = markOf(level) ?? (first === undefined ? undefined : (level.variables[first] as object))
  const known = mark === undefined ? idsOfModules.get(scriptId) : ids.get(mark)
  if (known !== undefined) return known
  const id = newSharedId()
  if (mark === undefined) idsOfModules.set(scriptId, id)
  else ids.set(mark, id)
  return id
}
