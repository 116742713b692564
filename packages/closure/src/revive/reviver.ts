import { SerializationError, revive as reviveSymbol } from '@manyhands/base'
import { type ClassMembers, classTable } from '../protocol/class-table.ts'
import { makeEngineObject } from '../protocol/engine-objects.ts'
import * as m from '../protocol/message.ts'
import type {
  Edge,
  FunctionNode,
  Node,
  Packed,
  PrivateFields,
  Properties,
  Prototype,
  Template,
} from '../protocol/message.ts'
import { builtin, exported } from './builtin.ts'
import { compile, compileIn, type Instance } from './compile.ts'
import { callWith, learnReducer, makeException, makeSymbol, makeTool, makeView, partOfItself } from './make-values.ts'
import { moduleKey, ownCopy, requireModule } from './modules.ts'
import { construct, type Made, membersFor, membersOf } from './private-members.ts'
import { createScope, keepForGood, keepScope, knownScope, type RevivedScope } from './revived-scope.ts'
import { addEntries, reviveWeak } from './revived-weak.ts'

type Callable = (...args: unknown[]) => unknown
const reserved = Symbol('being made')

/**
 * Makes the values of a message: first each as an empty shell, then what it holds. So cycles work, and depth does not
 * matter. Only classes and objects that revive themselves need others to be whole before they are made.
 */
export class Reviver {
  readonly #packed: Packed
  readonly #modules: ReadonlyMap<string, unknown>
  readonly #made: unknown[]
  /** Nodes whose objects are made but not filled yet, the next one last. */
  readonly #toFill: number[] = []
  /** What fills the object of a node; undefined once that has begun. */
  readonly #fills: ((() => void) | undefined)[] = []
  /** Length of `#toFill` from which on nodes belong to what is being filled now. */
  #base = 0

  constructor(packed: Packed, modules: ReadonlyMap<string, unknown>) {
    this.#packed = packed
    this.#modules = modules
    this.#made = Array.from({ length: packed.nodes.length })
  }

  revive(): unknown {
    for (const object of this.#packed.frozen ?? []) Object.freeze(object)
    return this.#filled(() => {
      const root = this.#value(this.#packed.root)
      // A class that is here already leads to no table, and yet its instances have entries there.
      for (const index of this.#packed.weak ?? []) this.#at(index)
      return root
    })
  }

  /**
   * Makes something and fills all objects that it leads to, but no others: those may lead to an object that is being
   * made just now, which only what it is made from must not.
   */
  #filled<T>(make: () => T): T {
    const before = this.#base
    this.#base = this.#toFill.length
    const made = make()
    while (this.#toFill.length > this.#base) {
      const index = this.#toFill.pop() as number
      const fill = this.#fills[index]
      this.#fills[index] = undefined
      fill?.()
    }
    this.#base = before
    return made
  }

  #fillLater(index: number, fill: () => void): void {
    this.#fills[index] = fill
    this.#toFill.push(index)
  }

  #value(edge: Edge): unknown {
    return Array.isArray(edge) ? this.#at((edge as m.Reference)[0]) : edge
  }

  #at(index: number): unknown {
    const made = this.#made[index]
    if (made === reserved) throw partOfItself()
    if (made !== undefined) {
      // It waits further down, and is needed now
      if (this.#base > 0 && this.#fills[index] !== undefined) this.#toFill.push(index)
      return made
    }
    const node = this.#packed.nodes[index]
    if (node === undefined) throw new SerializationError(`the message is damaged: it has no node ${index}`)
    return (this.#made[index] = this.#make(node, index))
  }

  #make(node: Node, index: number): unknown {
    switch (node[0]) {
      case m.RAW:
        return node[1]
      case m.OBJECT:
        return this.#object(index, node[1] === null ? (Object.create(null) as object) : {}, node[1], node[2], node[3])
      case m.ARRAY: {
        const array: unknown[] = node[5].length === node[4] ? [] : Array.from({ length: 0 })
        array.length = node[5].length === node[4] ? 0 : node[4]
        return this.#object(index, array, node[1], node[2], node[3], () => {
          for (const edge of node[5]) array.push(this.#value(edge))
        })
      }
      case m.MAP: {
        const map = new Map<unknown, unknown>()
        return this.#object(index, map, node[1], node[2], node[3], () => {
          for (let i = 0; i < node[4].length; i += 2) {
            Map.prototype.set.call(map, this.#value(node[4][i]), this.#value(node[4][i + 1]))
          }
        })
      }
      case m.SET: {
        const set = new Set<unknown>()
        return this.#object(index, set, node[1], node[2], node[3], () => {
          for (const edge of node[4]) Set.prototype.add.call(set, this.#value(edge))
        })
      }
      case m.ERROR: {
        const error = new Error()
        delete (error as { message?: string }).message
        if (node[4] === undefined) delete error.stack
        else error.stack = node[4]
        return this.#object(index, error, node[1], node[2], node[3])
      }
      case m.DATE:
        return this.#object(index, new Date(node[4]), node[1], node[2], node[3])
      case m.REGEXP: {
        const regExp = new RegExp(node[4], node[5])
        regExp.lastIndex = node[6]
        return this.#object(index, regExp, node[1], node[2], node[3])
      }
      case m.BOXED:
        return Object(this.#value(node[1]))
      case m.VIEW:
        return makeView(node[1], node[2], node[3], node[4])
      case m.SHARED_VIEW: {
        const { buffer } = this.#value(node[2]) as { readonly buffer: ArrayBuffer | SharedArrayBuffer }
        return node[1] === undefined ? buffer : makeView(node[1], buffer, node[3], node[4])
      }
      case m.URL_LIKE:
        return node[1] === 'URL' ? new URL(node[2]) : new URLSearchParams(node[2])
      case m.SCOPE: {
        const parent = node[3] === undefined ? undefined : (this.#value(node[3]) as RevivedScope)
        const known = knownScope(node[4])
        if (known?.names.join() === node[1].join()) {
          if (!node[5]) this.#fillLater(index, () => known.set(node[2].map(edge => this.#value(edge))))
          return known
        }
        const scope = createScope(node[1], parent)
        if (node[5]) keepForGood(node[4], scope)
        this.#fillLater(index, () => scope.set(node[2].map(edge => this.#value(edge))))
        return scope
      }
      case m.CALL: {
        const args = node[2].map(edge => this.#value(edge))
        return this.#object(index, callWith(this.#value(node[1]), args), 0, 0, node[3])
      }
      case m.WEAK: {
        const weak = reviveWeak(node[1], node[2])
        this.#fillLater(index, () =>
          addEntries(
            weak,
            node[3].map(edge => this.#value(edge)),
          ),
        )
        return weak
      }
      case m.ENGINE:
        return makeEngineObject(node[1], node[2])
      case m.DOM_EXCEPTION:
        return this.#object(index, makeException(node[1], node[2], node[3]), 0, 0, node[4])
      case m.SYMBOL:
        return makeSymbol(node[1], node[2])
      case m.BUILTIN:
        return builtin(node[1], node[2])
      case m.MODULE:
        return exported(
          node[1] === 'esm' ? this.#modules.get(moduleKey(node[2], node[4])) : requireModule(node[2], node[4]),
          node[2],
          node[3],
        )
      case m.FUNCTION:
        return this.#function(node, index)
      case m.BOUND:
        return Reflect.apply(Function.prototype.bind, this.#value(node[1]), [
          this.#value(node[2]),
          ...node[3].map(arg => this.#value(arg)),
        ])
      case m.REDUCED: {
        this.#made[index] = reserved
        const [reviver, state, reducer] = this.#filled(
          () => [this.#value(node[1]) as Callable, this.#value(node[2]), this.#value(node[3]) as Callable] as const,
        )
        const instance = reviver(state)
        learnReducer(instance, reviver, reducer)
        return instance
      }
      case m.REPLACED: {
        this.#made[index] = reserved
        const [type, state] = this.#filled(
          () =>
            [
              this.#value(node[1]) as Callable & Readonly<Record<symbol, Callable | undefined>>,
              this.#value(node[2]),
            ] as const,
        )
        const reviver = type[reviveSymbol]
        return typeof reviver === 'function' ? reviver.call(type, state) : type(state)
      }
      case m.ORIGIN:
        return ownCopy(node) ?? exported(this.#modules.get(node[2]), node[2], [node[3]])
      case m.MODULE_TOOL:
        return makeTool(node[1], node[2])
      default:
        throw new SerializationError(
          `the message is damaged: it has a node of kind ${String((node as readonly unknown[])[0])}`,
        )
    }
  }

  #object<T extends object>(
    index: number,
    object: T,
    prototype: Prototype,
    integrity: m.Integrity,
    properties: Properties,
    fill?: () => void,
  ): T {
    if (prototype !== 0 && prototype !== null) Object.setPrototypeOf(object, this.#prototype(prototype))
    else if (prototype === null && Object.getPrototypeOf(object) !== null) Object.setPrototypeOf(object, null)
    const own = this.#ownClass(properties[3])
    if (own !== undefined) return this.#constructed(index, object, own, integrity, properties) as T
    const privates = properties[3]?.map(
      ([type, names, values]) => [membersFor(this.#value(type) as object, names), values] as const,
    )
    for (const [members] of privates ?? []) members.install(object)
    this.#fillLater(index, () => {
      fill?.()
      for (const [members, values] of privates ?? []) {
        members.set(
          object,
          values.map(edge => this.#value(edge)),
        )
      }
      this.#define(object, properties)
      if (integrity === 3) Object.freeze(object)
      else if (integrity === 2) Object.seal(object)
      else if (integrity === 1) Object.preventExtensions(object)
    })
    return object
  }

  /** The private fields of an object whose class this thread has defined, and can make of what they hold. */
  #ownClass(privates: Properties[3]): PrivateFields | undefined {
    const [only] = privates ?? []
    if (only?.[3] === undefined) return undefined
    return classTable().revived(this.#value(only[0]) as object) === undefined ? only : undefined
  }

  #constructed(
    index: number,
    shell: object,
    [type, names, values, args = []]: PrivateFields,
    integrity: m.Integrity,
    properties: Properties,
  ): object {
    this.#made[index] = reserved
    const given = this.#filled(() => args.map(at => (at === -1 ? undefined : this.#value(values[at]))))
    const made = construct(this.#value(type) as Callable, names, given, shell)
    const [keys, edges, extras] = properties
    return this.#object(index, made, 0, integrity, [keys, edges, extras])
  }

  #prototype([index, isClass]: readonly [number, 0 | 1]): object {
    const value = this.#at(index) as { readonly prototype: object }
    return isClass === 1 ? value.prototype : value
  }

  #define(object: object, [keys, values, extras]: Properties): void {
    for (let i = 0; i < keys.length; i++) {
      const key = keys[i] as string
      const value = this.#value(values[i])
      // A setter of the prototype must not run, and __proto__ must not be one.
      if (key in object) {
        Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true })
      } else (object as Record<string, unknown>)[key] = value
    }
    for (const extra of extras ?? []) {
      const key = typeof extra[0] === 'string' ? extra[0] : (this.#value(extra[0]) as symbol)
      const enumerable = (extra[1] & 1) !== 0
      const configurable = (extra[1] & 2) !== 0
      if (extra.length === 4) {
        Object.defineProperty(object, key, {
          enumerable,
          configurable,
          get: this.#value(extra[2]) as () => unknown,
          set: this.#value(extra[3]) as (value: unknown) => void,
        })
      } else {
        Object.defineProperty(object, key, {
          enumerable,
          configurable,
          writable: (extra[1] & 4) !== 0,
          value: this.#value(extra[2]),
        })
      }
    }
  }

  #function(node: FunctionNode, index: number): object {
    const [, templateIndex, captures, name, , , identity] = node
    const template = this.#packed.templates[templateIndex]
    if (template === undefined) throw new SerializationError('the message is damaged: a function has no text')
    if (identity !== undefined) {
      const existing = classTable().find(identity[0])
      if (existing !== undefined) return this.#existingClass(index, existing, node, template, identity)
    }
    const scope = node[8] === undefined ? undefined : (this.#value(node[8]) as RevivedScope)
    const instance: Instance = (scope === undefined ? compile(template) : compileIn(scope, template))()
    if (template.eager.length > 0) {
      const eager = this.#filled(() =>
        captures.map((edge, i) => (template.eager.includes(i) ? this.#value(edge) : undefined)),
      )
      const meanwhile = this.#made[index]
      if (meanwhile !== undefined) return meanwhile as object
      instance.set(eager)
    }
    const { type: fn, members }: Made =
      template.members === undefined ? { type: instance.make() } : membersOf(instance.make(), template.members)
    if (name !== undefined && (fn as { readonly name: unknown }).name !== name) {
      Object.defineProperty(fn, 'name', { value: name, configurable: true })
    }
    if (identity !== undefined) {
      if (scope !== undefined && node[8] !== undefined) keepScope(this.#scopeId(node[8]), scope, fn)
      const { names } = template
      const [id, version, isOfSender] = identity
      classTable().setRevived(id, { type: fn, version, isOfSender, names, set: instance.set, members })
    }
    this.#made[index] = fn
    this.#fillLater(index, () => this.#fillFunction(fn, node, instance.set, members))
    return fn
  }

  #scopeId([index]: m.Reference): string {
    const node = this.#packed.nodes[index]
    return node?.[0] === m.SCOPE ? node[4] : ''
  }

  #fillFunction(
    fn: object,
    [, , captures, , properties, prototype, , parent]: FunctionNode,
    set: Instance['set'],
    members: ClassMembers | undefined,
  ): void {
    if (captures.length > 0) set(captures.map(edge => this.#value(edge)))
    if (parent !== undefined) this.#inherit(fn, parent)
    if (properties !== 0) this.#define(fn, properties)
    if (properties !== 0 && properties[3] !== undefined) {
      for (const [, , values] of properties[3]) members?.setStatics(values.map(edge => this.#value(edge)))
    }
    if (prototype === 0) return
    const own = (fn as { readonly prototype: object }).prototype
    this.#inherit(own, prototype[0])
    this.#define(own, prototype[1])
  }

  #inherit(object: object, prototype: Prototype): void {
    if (prototype !== 0) Object.setPrototypeOf(object, prototype === null ? null : this.#prototype(prototype))
  }

  /**
   * A class that this thread has already: its own, or one that an earlier message brought and that this one may bring
   * up to date.
   */
  #existingClass(
    index: number,
    type: object,
    node: FunctionNode,
    template: Template,
    [id, version]: readonly [id: string, version: number, ...unknown[]],
  ): object {
    const revived = classTable().revived(type)
    if (revived === undefined || (revived.version === version && !this.#packed.refresh)) return type
    if (revived.names.join() !== template.names.join()) return type
    classTable().setRevived(id, { ...revived, version })
    this.#fillLater(index, () => this.#fillFunction(type, node, revived.set, revived.members))
    return type
  }
}
