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
  /** Which part of its script makes the scope; '' for the module. */
  readonly place: string
  /** Whether a function at this place, and the level of its variables, mean the same declaration. */
  readonly isDeclaredFor: (facts: FunctionFacts, level: ScopeLevel) => boolean
}

/** The cells of a message. They are found out while it is encoded, which then begins anew. */
export class Cells {
  /** By mark, and else by the first variable of their proof and its object; see {@link Cells.#candidates}. */
  readonly #marked = new Map<object, Cell>()
  readonly #places = new Map<string, Map<string | undefined, Map<unknown, Cell[]>>>()

  /** The cell of a scope around a function. */
  find(facts: FunctionFacts, level: ScopeLevel): Cell | undefined {
    const mark = markOf(level)
    // The functions of a scope that was revived are scripts of their own.
    if (mark !== undefined) return this.#marked.get(mark)
    for (const cell of this.#candidates(facts, level)) {
      const { names, isDeclaredFor } = cell.proof
      const isSame = names.every(
        name => Object.hasOwn(level.variables, name) && cell.level.variables[name] === level.variables[name],
      )
      if (isSame && isDeclaredFor(facts, level)) return cell
    }
    return undefined
  }

  /** The cells of such a scope in this script whose proof begins with the object that is here. */
  *#candidates(facts: FunctionFacts, level: ScopeLevel): Generator<Cell> {
    for (const [name, cells] of this.#places.get(placeOf(facts, level)) ?? []) {
      if (name === undefined) yield* cells.get(undefined) ?? []
      else if (Object.hasOwn(level.variables, name)) yield* cells.get(level.variables[name]) ?? []
    }
  }

  #add(cell: Cell, facts: FunctionFacts): void {
    const { level, proof } = cell
    const mark = markOf(level)
    if (mark !== undefined) {
      this.#marked.set(mark, cell)
      return
    }
    const [name] = proof.names
    const place = getOrMake(
      this.#places,
      placeOf(facts, level),
      () => new Map<string | undefined, Map<unknown, Cell[]>>(),
    )
    const byValue = getOrMake(place, name, () => new Map<unknown, Cell[]>())
    getOrMake(byValue, name === undefined ? undefined : level.variables[name], () => []).push(cell)
  }

  /** @returns the cell that the variable is in from now on */
  share(facts: FunctionFacts, level: ScopeLevel, name: string, proof: ScopeProof): Cell {
    let cell = this.find(facts, level)
    if (cell === undefined) {
      cell = { scriptId: facts.location?.scriptId ?? '', level, names: new Set(), proof, kept: new Set() }
      this.#add(cell, facts)
    }
    cell.names.add(name)
    return cell
  }
}

const placeOf = ({ location }: FunctionFacts, { kind }: ScopeLevel): string => `${location?.scriptId} ${kind}`

function getOrMake<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  let value = map.get(key)
  if (value === undefined) map.set(key, (value = make()))
  return value
}

const ids = new WeakMap<object, string>()
/** Of scopes that there are once. */
const idsOfPlaces = new Map<string, string>()

/** The same for the same scope, whatever the message. */
export function idOfScope({ scriptId, level, proof }: Cell): string {
  const [first] = proof.names
  const mark = markOf(level) ?? (first === undefined ? undefined : (level.variables[first] as object))
  const place = `${scriptId} ${proof.place}`
  const known = mark === undefined ? idsOfPlaces.get(place) : ids.get(mark)
  if (known !== undefined) return known
  const id = newSharedId()
  if (mark === undefined) idsOfPlaces.set(place, id)
  else ids.set(mark, id)
  return id
}
