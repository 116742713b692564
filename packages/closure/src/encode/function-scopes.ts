import * as m from '../protocol/message.ts'
import type { FunctionFacts, ScopeLevel } from '../text/inspector.ts'
import { type Cell, type Cells, idOfScope } from './cells.ts'
import type { Encoder } from './encoder.ts'
import { step } from './refusal.ts'

/** Which of the scopes around a function it shares with others. */
export class FunctionScopes {
  readonly #encoder: Encoder
  readonly #cells: Cells
  readonly #facts: FunctionFacts
  #chain: readonly Cell[] | undefined
  #innermost = Infinity

  constructor(encoder: Encoder, cells: Cells, facts: FunctionFacts) {
    this.#encoder = encoder
    this.#cells = cells
    this.#facts = facts
  }

  /** Whether the variable is in a scope that is shared; notes that the function uses it. */
  shares(level: ScopeLevel, name: string): boolean {
    this.#chain ??= this.#facts.scopes.flatMap(around => this.#cells.find(this.#facts, around) ?? [])
    const cell = this.#cells.find(this.#facts, level)
    if (cell?.names.has(name) !== true) return false
    this.#innermost = Math.min(this.#innermost, this.#chain.indexOf(cell))
    return true
  }

  /** The innermost scope that the function shares. */
  reference(index: number): m.Reference | undefined {
    return this.#innermost === Infinity ? undefined : this.#node(this.#innermost, index)
  }

  #node(at: number, index: number): m.Reference {
    const cell = (this.#chain ?? [])[at] as Cell
    return this.#encoder.scopeNode(cell, index, own => {
      const rest = [...cell.names].filter(name => !cell.kept.has(name))
      return this.#scope(cell, rest, [...cell.kept], at, own)
    })
  }

  /** Each variable that is kept has a scope of its own around the others, so that any message finds it by its name. */
  #scope(cell: Cell, names: readonly string[], kept: readonly string[], at: number, own: number): m.Node {
    const isKept = names.length === 0
    const [held, around] = isKept ? [kept.slice(0, 1), kept.slice(1)] : [names, kept]
    const values = held.map(name =>
      this.#encoder.edge(cell.level.variables[name], own, step(`shared variable \`${name}\``)),
    )
    const id = isKept ? `${idOfScope(cell)} ${held.join()}` : idOfScope(cell)
    return [m.SCOPE, held, values, this.#around(cell, around, at, own), id, isKept]
  }

  #around(cell: Cell, kept: readonly string[], at: number, own: number): m.Reference | undefined {
    if (kept.length > 0) return this.#encoder.ownNode(index => this.#scope(cell, [], kept, at, index), own, '')
    return at + 1 < (this.#chain ?? []).length ? this.#node(at + 1, own) : undefined
  }
}
