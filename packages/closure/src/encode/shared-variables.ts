import { SerializationError } from '@manyhands/base'
import { moduleScope } from '../modules/exports.ts'
import { declarationOf } from '../modules/scope-declaration.ts'
import { sourceOf } from '../modules/source-of.ts'
import { nodeRequire } from '../protocol/require.ts'
import type { FunctionFacts, ScopeLevel } from '../text/inspector.ts'
import { pathOf } from '../text/scripts.ts'
import { type Cell, Cells, type ScopeProof } from './cells.ts'
import type { FunctionReader } from './function-reader.ts'
import { formatStep, type Step } from './refusal.ts'
import { markOf, nearlySameScope, sameScope } from './same-scope.ts'

interface Use {
  readonly written: boolean
  readonly user: () => string
  readonly facts: FunctionFacts
  readonly level: ScopeLevel
  readonly path: () => readonly Step[]
  /** What to do about it, when there is something better than to change the function. */
  readonly cure: () => string | undefined
  /** The function goes by reference: it uses the variable of the module there. */
  readonly byReference: boolean
  /** What it assigns is for later tasks, which may come in other messages. */
  readonly byInitializer: boolean
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
  #uses: Map<string, { readonly name: string; readonly uses: Use[] }> | undefined

  add(scriptId: string, name: string, use: Use): void {
    const mark = markOf(use.level)
    const key = mark === undefined ? `${scriptId} ${use.level.kind} ${name}` : `${idOfMark(mark)} ${name}`
    const all = (this.#uses ??= new Map())
    const entry = all.get(key)
    if (entry === undefined) all.set(key, { name, uses: [use] })
    else entry.uses.push(use)
  }

  /**
   * @throws SerializationError when a variable is written by one function and used by another
   * @throws ScopesAreShared when there are more variables for `known`
   */
  check(reader: FunctionReader, known: Cells | undefined): void {
    if (this.#uses === undefined) return
    const cells = known ?? new Cells()
    const extended = new Set<Cell>()
    for (const { name, uses } of this.#uses.values()) {
      for (const use of uses) {
        const cell = use.written && use.byInitializer ? keep(reader, cells, use, name) : undefined
        if (cell !== undefined) extended.add(cell)
      }
      for (const [writer, other] of conflictsIn(uses, (a, b) => areApart(reader, a, b, name))) {
        const proof = proofOf(reader, writer, other, name)
        const cell = cells.find(writer.facts, writer.level)
        // What is in a cell already has no use here, unless it came into it just now.
        if (proof === undefined || (cell?.names.has(name) === true && !extended.has(cell))) refuse(name, writer, other)
        extended.add(cells.share(writer.facts, writer.level, name, proof))
      }
    }
    if (extended.size > 0) throw new ScopesAreShared(cells)
  }
}

/** Where the scope of an initializer is not known, and a task uses the variable, that is refused as any other. */
function keep(reader: FunctionReader, cells: Cells, use: Use, name: string): Cell | undefined {
  if (cells.find(use.facts, use.level)?.kept.has(name) === true) return undefined
  const proof = proofOf(reader, use, use, name)
  if (proof === undefined) return undefined
  const cell = cells.share(use.facts, use.level, name, proof)
  cell.kept.add(name)
  return cell
}

function refuse(name: string, writer: Use, other: Use): never {
  const path = writer.path().map(formatStep)
  const hint = writer.cure() ?? 'keep the state in an object ({ value: … }) that both capture'
  throw new SerializationError(
    `cannot send ${path.join(' → ')}: \`${name}\` is assigned by ${writer.user()} and also used by ` +
      `${other.user()}, and each would get a variable of its own. Hint: ${hint}.`,
    { path, hint },
  )
}

/** One that assigns the variable and another that would not see it. */
function* conflictsIn(
  uses: readonly Use[],
  isElsewhere: (a: Use, b: Use) => boolean,
): Generator<readonly [writer: Use, other: Use]> {
  if (uses.length < 2 || !uses.some(({ written }) => written)) return
  const groups = nearlySameScope(uses)
  for (const writer of uses) {
    if (!writer.written) continue
    const other = groups
      .get(writer)
      ?.find(
        use =>
          use !== writer &&
          !(use.byReference && writer.byReference) &&
          sameScope(use.level, writer.level) &&
          !isElsewhere(use, writer),
      )
    if (other !== undefined) yield [writer, other]
  }
}

const everywhere: ScopeProof = { names: [], place: '', isDeclaredFor: () => true }

/**
 * How the scope of two functions is known from all others that the same code makes: by variables whose objects are made
 * anew in each. None are needed for a module, which there is once, as a module in a bundle and what a file runs once.
 * Undefined when it is not known.
 */
function proofOf(reader: FunctionReader, writer: Use, other: Use, name: string): ScopeProof | undefined {
  if (writer.byReference || other.byReference || writer.eager || other.eager) return undefined
  if (markOf(writer.level) !== undefined || writer.level.kind.startsWith('Module')) return everywhere
  const declaration = declarationFor(reader, writer.facts, name)
  if (declaration === undefined) return undefined
  const isDeclaredFor: ScopeProof['isDeclaredFor'] = (facts, level) =>
    level === facts.scopes.find(({ variables }) => Object.hasOwn(variables, name)) &&
    declarationFor(reader, facts, name)?.node === declaration.node
  const names = declaration.fresh.filter(
    fresh =>
      Object.hasOwn(writer.level.variables, fresh) &&
      Object.hasOwn(other.level.variables, fresh) &&
      writer.level.variables[fresh] === other.level.variables[fresh],
  )
  if (!isDeclaredFor(other.facts, other.level)) return undefined
  if (names.length === 0 && !(isLoadedOnce(reader, writer.facts) && declaration.isOnce())) return undefined
  return { names, place: String(declaration.node.start), isDeclaredFor }
}

/** Whether two functions mean variables that are declared in different places, whatever these hold. */
function areApart(reader: FunctionReader, a: Use, b: Use, name: string): boolean {
  if (markOf(a.level) !== undefined || a.level.kind.startsWith('Module')) return false
  const [one, other] = [a, b].map(({ facts }) => declarationFor(reader, facts, name))
  return one !== undefined && other !== undefined && one.node !== other.node
}

/** The declaration of what a function means by `name`. */
function declarationFor(
  reader: FunctionReader,
  facts: FunctionFacts,
  name: string,
): ReturnType<typeof declarationOf> | undefined {
  const { location } = facts
  if (location === undefined) return undefined
  const isModule = moduleScope(facts) !== undefined
  const source = sourceOf(reader.url(facts), location.scriptId, isModule, reader.inspector)
  return source === null ? undefined : declarationOf(source.program, source.text, location, name)
}

/** A script of `node:vm` may run more than once; a file that is loaded again is another script. */
function isLoadedOnce(reader: FunctionReader, facts: FunctionFacts): boolean {
  if (moduleScope(facts) !== undefined) return true
  const path = pathOf(reader.url(facts))
  return path !== undefined && nodeRequire().cache[path] !== undefined
}

const markIds = new WeakMap<object, number>()
let nextMark = 0

function idOfMark(mark: object): number {
  let id = markIds.get(mark)
  if (id === undefined) markIds.set(mark, (id = nextMark++))
  return id
}
