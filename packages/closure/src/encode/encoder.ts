import { type Across, SerializationError } from '@manyhands/base'
import type { CapturedName } from '../modules/exported-values.ts'
import type { ExportPlace } from '../modules/exports.ts'
import {
  type Edge,
  type Extra,
  type Integrity,
  MODULE,
  type Node,
  PLAIN_PROPERTY,
  type Properties,
  type Prototype,
  RAW,
  REFUSED,
  type Template,
} from '../protocol/message.ts'
import { isPlainBuffer, PlainWalk } from '../protocol/plain.ts'
import { nameOf } from '../text/name-of.ts'
import type { Cell, Cells } from './cells.ts'
import type { EncoderMode } from './encoder-mode.ts'
import type { FunctionReader } from './function-reader.ts'
import type { UsedImport } from './initializers.ts'
import { timesHeld } from './leave-out.ts'
import type { WrittenCapture } from './lost-writes.ts'
import { ownDescriptor } from './own-descriptor.ts'
import { OwnNode } from './own-node.ts'
import { compiledPrivateCure, perWorkerCure } from './per-worker-cure.ts'
import { formatStep, MAKE_IT_THERE, refusal, step, type Step } from './refusal.ts'
import { SharedVariables } from './shared-variables.ts'
import { timesInData } from './times-in-data.ts'
import { Views } from './views.ts'
import type { WeakTables } from './weak-tables.ts'

const noProperties: Properties = [[], []]

/**
 * Turns a value into a flat list of nodes.
 *
 * It does not recurse: what a node leads to is appended to the list, so neither depth nor cycles matter. Each node
 * remembers by which step it was first reached; that gives the path of an error.
 */
export class Encoder {
  readonly across: Across
  readonly reader: FunctionReader
  readonly isFailure: boolean
  readonly isAnswer: boolean
  /** Scopes that functions are known to share; undefined when there is none. */
  readonly cells: Cells | undefined
  readonly nodes: Node[] = []
  readonly templates: Template[] = []
  readonly views = new Views()
  readonly sharedVariables = new SharedVariables()
  /** Its WeakMaps and WeakSets; undefined when there are none. */
  weak: WeakTables | undefined
  /** Objects of this message that are imported instead of copied. */
  imports: Map<object, ExportPlace> | undefined
  usedImports: UsedImport[] | undefined
  lostWrites: WrittenCapture[] | undefined
  readonly #values: unknown[] = []
  readonly #parents: number[] = []
  readonly #steps: Step[] = []
  readonly #indices = new Map<unknown, number>()
  readonly #templateIndices = new Map<Template, number>()
  /** What is moved to the other side. */
  transfer: object[] | undefined
  /** Raw data that is frozen. */
  frozen: object[] | undefined
  /** Everything that is part of raw data. */
  readonly #raw = new Set<object>()
  /** What was met together with something that is not plain: it is taken apart. */
  readonly #mixed = new Set<object>()
  #keys: readonly string[] = []

  /** Captured variables among the nodes. */
  #captured: Map<number, CapturedName> | undefined
  #refused = -1
  #complaint: readonly [complaint: string, hint: string | undefined] = ['', undefined]

  readonly #encodeNode: EncodeNode
  readonly #keepsGoing: boolean
  /** Refused values, and parts of errors that were left out: what a message that keeps going has lost. */
  lost: (readonly [index: number, why: string])[] | undefined
  #scopeNodes: Map<Cell, readonly [number]> | undefined
  readonly #undos: (() => void)[] = []
  /** For a `[replace]()`: what undoes what it has done besides. */
  readonly onDiscard = (undo: () => void): void => void this.#undos.push(undo)

  /**
   * @param encodeNode - chooses the kind of node by the kind of value
   */
  constructor(
    across: Across,
    reader: FunctionReader,
    encodeNode: EncodeNode,
    { keepsGoing, isFailure, isAnswer }: EncoderMode,
    cells?: Cells,
  ) {
    this.cells = cells
    this.across = across
    this.reader = reader
    this.#encodeNode = encodeNode
    this.#keepsGoing = keepsGoing
    this.isFailure = isFailure
    this.isAnswer = isAnswer
  }

  /** Notes that node `index` is what a function captures by a name. */
  noteCaptured(index: number, name: CapturedName): void {
    const captured = (this.#captured ??= new Map())
    if (!captured.has(index)) captured.set(index, name)
  }

  /** What led to the refusal, from the refused value outwards: values that functions capture by a name. */
  *refusedWithin(): Generator<{ readonly value: unknown; readonly captured: CapturedName }> {
    for (let i = this.#refused; i >= 0; i = this.#parents[i] ?? -1) {
      const captured = this.#captured?.get(i)
      if (captured !== undefined) yield { value: this.#values[i], captured }
    }
  }

  /** Encodes `value` and all that it leads to. */
  encode(value: unknown): Edge {
    const root = this.edge(value, -1, '')
    let i = 0
    do {
      for (; i < this.#values.length; i++) this.nodes[i] = this.#checked(i, () => this.#readNode(i))
    } while (this.weak?.follow() === true)
    for (const [at, finish] of this.weak?.finish() ?? []) this.nodes[at] = this.#checked(at, finish)
    this.views.finish(this.nodes, this.#raw)
    if (!this.isFailure) this.sharedVariables.check(this.reader, this.cells)
    return root
  }

  /** The objects that the message holds as they are. */
  get raw(): ReadonlySet<object> {
    return this.#raw
  }

  /** The edge from node `from` to `value`, which `by` leads to. */
  edge(value: unknown, from: number, by: Step): Edge {
    switch (typeof value) {
      case 'object':
        if (value === null) return null
        break
      case 'function':
      case 'symbol':
        break
      default:
        return value as Edge
    }
    return this.reference(value, from, by)
  }

  reference(value: unknown, from: number, by: Step): readonly [number] {
    let index = this.#indices.get(value)
    if (index === undefined) {
      index = this.#values.length
      this.#indices.set(value, index)
      this.#values.push(value)
      this.#parents.push(from)
      this.#steps.push(by)
    }
    return [index]
  }

  /** The node of a scope that functions share; one for all of them. */
  scopeNode(cell: Cell, from: number, make: (index: number) => Node): readonly [number] {
    let node = this.#scopeNodes?.get(cell)
    if (node === undefined) {
      node = this.ownNode(make, from, '')
      ;(this.#scopeNodes ??= new Map()).set(cell, node)
    }
    return node
  }

  /** A node for something that is no value of the program, so that nothing else can refer to it. */
  ownNode(make: (index: number) => Node, from: number, by: Step): readonly [number] {
    const [index] = this.reference(new OwnNode(make), from, by)
    return [index]
  }

  /** What led to a value, from the nearest on. */
  *ancestors(index: number): Generator {
    for (let i = this.#parents[index] ?? -1; i >= 0; i = this.#parents[i] ?? -1) yield this.#values[i]
  }

  /** Whether the object is part of the message so far. */
  holds(object: object): boolean {
    return this.#indices.has(object) || this.#raw.has(object)
  }

  /** Whether the value has become an import. */
  isImported(value: object): boolean {
    const index = this.#indices.get(value)
    return index !== undefined && this.nodes[index]?.[0] === MODULE
  }

  /** How many functions capture the value, and how many objects hold it. */
  timesHeld(value: object): number {
    const index = this.#indices.get(value)
    return index === undefined ? 0 : timesHeld(this.nodes, index) + timesInData(this.nodes, value)
  }

  noteLostWrite(write: WrittenCapture): void {
    ;(this.lostWrites ??= []).push(write)
  }

  noteLost(index: number, why: string): void {
    ;(this.lost ??= []).push([index, why])
  }

  /** Nobody will get what was encoded. */
  discard(): void {
    for (const undo of this.#undos.splice(0)) undo()
  }

  /** Refuses the value of node `index`. */
  refuse(index: number, complaint: string, hint?: string, more: readonly Step[] = [], cause?: unknown): never {
    this.#refused = index
    // For a captured value itself the hint for its kind of value is the best.
    const from =
      hint !== undefined && hint !== MAKE_IT_THERE && this.#captured?.has(index) === true ? this.#parents[index] : index
    const cure =
      compiledPrivateCure(this.#values[index], this.#captured?.get(index)?.name) ?? this.cureOf(from ?? -1) ?? hint
    this.#complaint = [[...more.map(formatStep), complaint].join(': '), cure]
    throw refusal([...this.path(index), ...more], complaint, cure, cause)
  }

  /** How workers can make the captured variable that leads to the value; see {@link perWorkerCure}. */
  cureOf(index: number): string | undefined {
    const captured: CapturedName[] = []
    for (let i = index; i >= 0; i = this.#parents[i] ?? -1) {
      const name = this.#captured?.get(i)
      const value = this.#values[i]
      const isClass = typeof value === 'function' && this.reader.isConstructor(value)
      if (name !== undefined && !isClass) captured.push(name)
    }
    return perWorkerCure(this.reader, captured)
  }

  path(index: number): Step[] {
    const steps: Step[] = []
    for (let i = index; i >= 0; i = this.#parents[i] ?? -1) {
      const by = this.#steps[i]
      if (by !== undefined && by !== '') steps.push(by)
    }
    return steps.toReversed()
  }

  template(template: Template): number {
    let index = this.#templateIndices.get(template)
    if (index === undefined) this.#templateIndices.set(template, (index = this.templates.push(template) - 1))
    return index
  }

  /** True when structured clone copies `value` without loss, so that it travels as it is. */
  isRaw(value: object): boolean {
    if (this.#raw.has(value)) return true
    if (this.#mixed.has(value)) return this.#isRawBuffer(value)
    const walk = new PlainWalk({
      seen: this.#raw,
      across: this.across,
      avoid: this.#mixed,
      takesViews: this.across === 'threads',
      takesFrozen: true,
    })
    if (walk.isPlain(value)) {
      for (const object of walk.frozen ?? []) (this.frozen ??= []).push(object)
      return true
    }
    walk.undo()
    for (const met of walk.added) this.#mixed.add(met)
    return this.#isRawBuffer(value)
  }

  /** For what structured clone takes although it is no plain data. */
  rawNode(value: object, isMoved: boolean): Node {
    if (isMoved) (this.transfer ??= []).push(value)
    this.#raw.add(value)
    return [RAW, value]
  }

  /** A buffer is raw even if something else that was met with it is not, such as a view of a part of it. */
  #isRawBuffer(value: object): boolean {
    const isRaw = isPlainBuffer(value)
    if (isRaw) this.#raw.add(value)
    return isRaw
  }

  prototype(value: object, index: number, standard: object): Prototype {
    const prototype = Object.getPrototypeOf(value) as object | null
    if (prototype === standard) return 0
    return prototype === null ? null : this.prototypeEdge(prototype, index)
  }

  prototypeEdge(prototype: object, index: number): readonly [number, 0 | 1] {
    const type = Object.getOwnPropertyDescriptor(prototype, 'constructor')?.value as unknown
    if (typeof type === 'function' && type.prototype === prototype) {
      this.reader.noteConstructor(type)
      return [this.reference(type, index, step(`(class ${nameOf(type)})`))[0], 1]
    }
    return [this.reference(prototype, index, step('(prototype)'))[0], 0]
  }

  integrity(value: object): Integrity {
    if (Object.isExtensible(value)) return 0
    return Object.isFrozen(value) ? 3 : Object.isSealed(value) ? 2 : 1
  }

  /** Own properties of the value of node `index`. Getters are not run: they travel. */
  properties(value: object, index: number, skip?: (key: string | symbol) => boolean): Properties {
    const ownKeys = Reflect.ownKeys(value)
    if (ownKeys.length === 0) return noProperties
    const keys: string[] = []
    const values: Edge[] = []
    let extras: Extra[] | undefined
    for (const key of ownKeys) {
      if (skip?.(key) === true) continue
      const descriptor = this.#descriptor(value, key, index)
      if (descriptor === undefined) continue
      const flags =
        (descriptor.enumerable === true ? 1 : 0) |
        (descriptor.configurable === true ? 2 : 0) |
        (descriptor.writable === true ? 4 : 0)
      // Behind one that is not plain all are listed with it: their order counts.
      if (flags === PLAIN_PROPERTY && typeof key === 'string' && extras === undefined) {
        keys.push(key)
        values.push(this.edge(descriptor.value, index, key))
        continue
      }
      const name = typeof key === 'string' ? key : this.reference(key, index, step('(key)'))
      extras ??= []
      if (descriptor.get === undefined && descriptor.set === undefined) {
        extras.push([name, flags, this.edge(descriptor.value, index, key)])
      } else {
        extras.push([
          name,
          flags,
          this.edge(descriptor.get, index, step(`${String(key)} (getter)`)),
          this.edge(descriptor.set, index, step(`${String(key)} (setter)`)),
        ])
      }
    }
    const shared = this.#intern(keys)
    return extras === undefined ? [shared, values] : [shared, values, extras]
  }

  #descriptor(value: object, key: string | symbol, index: number): PropertyDescriptor | undefined {
    try {
      return ownDescriptor(value, key)
    } catch (cause) {
      // Of a namespace: a variable that has no value yet.
      return this.refuse(
        index,
        `it cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`,
        undefined,
        [key],
        cause,
      )
    }
  }

  /** Objects with the same keys share the list: structured clone then sends it once. */
  #intern(keys: readonly string[]): readonly string[] {
    const last = this.#keys
    if (last.length !== keys.length || keys.some((key, i) => key !== last[i])) this.#keys = keys
    return this.#keys
  }

  /** Code of the value itself may be run, such as its [replace](), and may throw. */
  #checked(index: number, make: () => Node): Node {
    try {
      return make()
    } catch (error) {
      // What can be imported instead is encoded again.
      if (!this.#keepsGoing || this.reader.noteImports(this.refusedWithin())) throw error
      this.noteLost(index, this.#complaint[0])
      return [REFUSED, ...this.#complaint]
    }
  }

  #readNode(index: number): Node {
    const value = this.#values[index]
    try {
      return OwnNode.is(value) ? value.make(index) : this.#encodeNode(this, value, index)
    } catch (error) {
      if (error instanceof SerializationError) throw error
      return this.refuse(
        index,
        `reading it threw: ${error instanceof Error ? error.message : String(error)}`,
        undefined,
        [],
        error,
      )
    }
  }
}

/** Encodes the value that has got number `index` in the message. */
export type EncodeNode = (encoder: Encoder, value: unknown, index: number) => Node
