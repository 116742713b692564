import { newSharedId } from '@manyhands/base'
import type { ScopeLevel } from '../text/inspector.ts'
import { markOf } from './same-scope.ts'

/** Variables of one scope that several functions share, because one of them assigns them. */
export interface Cell {
  readonly scriptId: string
  /** The scope as one of its functions sees it. */
  readonly level: ScopeLevel
  readonly names: Set<string>
  /** Variables by whose values the scope is known from all others; none: it is the only one of its kind. */
  readonly proof: readonly string[]
}

/** The cells of a message. They are found out while it is encoded, which then begins anew. */
export class Cells {
  readonly #cells: Cell[] = []

  /** The cell of a scope. */
  find(scriptId: string, level: ScopeLevel): Cell | undefined {
    const mark = markOf(level)
    return this.#cells.find(cell =>
      // The functions of a scope that was revived are scripts of their own.
      mark === undefined
        ? cell.scriptId === scriptId &&
          cell.level.kind === level.kind &&
          cell.proof.every(
            name => Object.hasOwn(level.variables, name) && cell.level.variables[name] === level.variables[name],
          )
        : markOf(cell.level) === mark,
    )
  }

  /** @returns the cell that the variable is in from now on */
  share(scriptId: string, level: ScopeLevel, name: string, proof: readonly string[]): Cell {
    let cell = this.find(scriptId, level)
    if (cell === undefined) this.#cells.push((cell = { scriptId, level, names: new Set(), proof }))
    cell.names.add(name)
    return cell
  }
}

const ids = new WeakMap<object, string>()
const idsOfModules = new Map<string, string>()

/** The same for the same scope, whatever the message. */
export function idOfScope({ scriptId, level, proof }: Cell): string {
  const mark = markOf(level) ?? (proof[0] === undefined ? undefined : (level.variables[proof[0]] as object))
  const known = mark === undefined ? idsOfModules.get(scriptId) : ids.get(mark)
  if (known !== undefined) return known
  const id = newSharedId()
  if (mark === undefined) idsOfModules.set(scriptId, id)
  else ids.set(mark, id)
  return id
}
