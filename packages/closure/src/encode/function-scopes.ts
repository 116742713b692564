import * as m from '../protocol/message.ts'
import type { FunctionFacts, ScopeLevel } from '../text/inspector.ts'
import { type Cell, type Cells, idOfScope } from './cells.ts'
import type { Encoder } from './encoder.ts'
import { isInitializer } from './initializers.ts'
import { step } from './refusal.ts'

/** Which of the scopes around a function it shares with others. */
export class FunctionScopes {
  readonly #encoder: Encoder
  readonly #cells: Cells
  readonly #facts: FunctionFacts
  readonly #isInitializer: boolean
  #chain: readonly Cell[] | undefined
  #innermost = Infinity

  constructor(encoder: Encoder, cells: Cells, facts: FunctionFacts, user: object) {
    this.#encoder = encoder
    this.#cells = cells
    this.#facts = facts
    this.#isInitializer = isInitializer(user)
  }

  /** Whether the variable is in a scope that is shared; notes that the function uses it. */
  shares(level: ScopeLevel, name: string): boolean {
    this.#chain ??= this.#facts.scopes.flatMap(around => this.#cells.find(this.#facts, around) ?? [])
    const cell = this.#cells.find(this.#facts, level)
    if (cell?.names.has(name) !== true) return false
    cell.isKept ||= this.#isInitializer
    this.#innermost = Math.min(this.#innermost, this.#chain.indexOf(cell))
    return true
  }

  /** The innermost scope that the function shares. */
  reference(index: number): m.Reference | undefined {
    return this.#innermost === Infinity ? undefined : this.#node(this.#innermost, index)
  }

  #node(at: number, index: number): m.Reference {
    const chain = this.#chain ?? []
    const cell = chain[at] as Cell
    const encoder = this.#encoder
    return encoder.scopeNode(cell, index, own => {
      const names = [...cell.names]
      const values = names.map(name =>
        encoder.edge(cell.level.variables[name], own, step(`shared variable \`${name}\``)),
      )
      return [
        m.SCOPE,
        names,
        values,
        at + 1 < chain.length ? this.#node(at + 1, own) : undefined,
        idOfScope(cell),
        cell.isKept,
      ]
    })
  }
}
