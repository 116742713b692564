import * as m from '../protocol/message.ts'
import type { FunctionFacts, ScopeLevel } from '../text/inspector.ts'
import { type Cell, type Cells, idOfScope } from './cells.ts'
import type { Encoder } from './encoder.ts'
import { step } from './refusal.ts'

/** Which of the scopes around a function it shares with others. */
export class FunctionScopes {
  readonly #encoder: Encoder
  readonly #cells: Cells
  readonly #scriptId: string
  /** Innermost first. */
  readonly #levels: readonly ScopeLevel[]
  #chain: readonly Cell[] | undefined
  #innermost = Infinity

  constructor(encoder: Encoder, cells: Cells, { location, scopes }: FunctionFacts) {
    this.#encoder = encoder
    this.#cells = cells
    this.#scriptId = location?.scriptId ?? ''
    this.#levels = scopes
  }

  /** Whether the variable is in a scope that is shared; notes that the function uses it. */
  shares(level: ScopeLevel, name: string): boolean {
    this.#chain ??= this.#levels.flatMap(around => this.#cells.find(this.#scriptId, around) ?? [])
    const cell = this.#cells.find(this.#scriptId, level)
    if (cell?.names.has(name) !== true) return false
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
      return [m.SCOPE, names, values, at + 1 < chain.length ? this.#node(at + 1, own) : undefined, idOfScope(cell)]
    })
  }
}
