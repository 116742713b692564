import { SerializationError } from '@manyhands/base'
import { moduleScope } from '../modules/exports.ts'
import { freshNames } from '../modules/fresh-names.ts'
import { sourceOf } from '../modules/source-of.ts'
import type { FunctionFacts, Location, ScopeLevel } from '../text/inspector.ts'
import { type Cell, Cells } from './cells.ts'
import type { FunctionReader } from './function-reader.ts'
import { formatStep, type Step } from './refusal.ts'
import { markOf, sameScope } from './same-scope.ts'

interface Use {
  readonly written: boolean
  readonly user: string
  readonly facts: FunctionFacts
  readonly level: ScopeLevel
  readonly path: () => readonly Step[]
  /** What to do about it, when there is something better than to change the function. */
  readonly cure: () => string | undefined
  /** The function goes by reference: it uses the variable of the module there. */
  readonly byReference: boolean
  /** A class needs the value while it is made. */
  readonly eager: boolean
}

/** The scopes of some functions have to be sent as such: the message is encoded again, with more cells. */
export class ScopesAreShared extends Error {
  readonly cells: Cells

  constructor(cells: Cells) {
    super()
    this.cells = cells
  }
}

/**
 * Variables that several functions of a message use. Each function has a copy in the worker, so one that any of them
 * assigns is sent as a cell that all of them have, when they are known to stand in the same scope; else it is refused.
 */
export class SharedVariables {
  readonly #uses = new Map<string, { readonly scriptId: string; readonly name: string; readonly uses: Use[] }>()

  add(scriptId: string, name: string, use: Use): void {
    const mark = markOf(use.level)
    const key = mark === undefined ? `${scriptId} ${use.level.kind} ${name}` : `${idOfMark(mark)} ${name}`
    const entry = this.#uses.get(key)
    if (entry === undefined) this.#uses.set(key, { scriptId, name, uses: [use] })
    else entry.uses.push(use)
  }

  /**
   * @throws SerializationError when a variable is written by one function and used by another
   * @throws ScopesAreShared when there are more variables for `known`
   */
  check(reader: FunctionReader, known: Cells | undefined): void {
    if (this.#uses.size === 0) return
    const cells = known ?? new Cells()
    const extended = new Set<Cell>()
    for (const { scriptId, name, uses } of this.#uses.values()) {
      for (const [writer, other] of conflictsIn(uses)) {
        const proof = proofOf(reader, writer, other, name)
        const cell = cells.find(scriptId, writer.level)
        // What is in a cell already has no use here, unless it came into it just now.
        if (proof === undefined || (cell?.names.has(name) === true && !extended.has(cell))) refuse(name, writer, other)
        extended.add(cells.share(scriptId, writer.level, name, proof))
      }
    }
    if (extended.size > 0) throw new ScopesAreShared(cells)
  }
}

function refuse(name: string, writer: Use, other: Use): never {
  const path = writer.path().map(formatStep)
  const hint = writer.cure() ?? 'keep the state in an object ({ value: … }) that both capture'
  throw new SerializationError(
    `cannot send ${path.join(' → ')}: \`${name}\` is assigned by ${writer.user} and also used by ` +
      `${other.user}, and each would get a variable of its own. Hint: ${hint}.`,
    { path, hint },
  )
}

/** One that assigns the variable and another that would not see it. */
function* conflictsIn(uses: readonly Use[]): Generator<readonly [writer: Use, other: Use]> {
  for (const writer of uses) {
    if (!writer.written) continue
    const other = uses.find(
      use => use !== writer && !(use.byReference && writer.byReference) && sameScope(use.level, writer.level),
    )
    if (other !== undefined) yield [writer, other]
  }
}

/**
 * How the scope of two functions is known from all others that the same code makes: by variables whose objects are made
 * anew in each. None are needed for a module, which there is once. Undefined when it is not known.
 */
function proofOf(reader: FunctionReader, writer: Use, other: Use, name: string): readonly string[] | undefined {
  if (writer.byReference || other.byReference || writer.eager || other.eager) return undefined
  if (markOf(writer.level) !== undefined || writer.level.kind.startsWith('Module')) return []
  const [a, b] = [writer.facts.location, other.facts.location] as readonly [Location, Location]
  const source = sourceOf(
    reader.url(writer.facts),
    a.scriptId,
    moduleScope(writer.facts) !== undefined,
    reader.inspector,
  )
  const names = source === null ? undefined : freshNames(source.program, source.text, [a, b], name)
  const proof = names?.filter(
    fresh =>
      Object.hasOwn(writer.level.variables, fresh) &&
      Object.hasOwn(other.level.variables, fresh) &&
      writer.level.variables[fresh] === other.level.variables[fresh],
  )
  return proof === undefined || proof.length === 0 ? undefined : proof
}

const markIds = new WeakMap<object, number>()
let nextMark = 0

function idOfMark(mark: object): number {
  let id = markIds.get(mark)
  if (id === undefined) markIds.set(mark, (id = nextMark++))
  return id
}
