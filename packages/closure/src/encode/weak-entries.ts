import * as types from 'node:util/types'
import { isEverywhere } from '../modules/is-everywhere.ts'
import * as m from '../protocol/message.ts'
import type { Edge, Node } from '../protocol/message.ts'
import { idOfWeak, isOwnWeak } from '../protocol/weak-ids.ts'
import type { Encoder } from './encoder.ts'
import { step } from './refusal.ts'
import type { WeakTables } from './weak-tables.ts'

/** A WeakMap or WeakSet of a message, and the entries that it does not bring so far. */
interface Weak {
  readonly index: number
  readonly edges: Edge[]
  rest: readonly { readonly key: object; readonly value: unknown }[]
}

/** A node whose entries follow, when it is known what else the message brings. */
export function weakNode(encoder: Encoder, weak: object, index: number): Node {
  const tables = encoder.weak instanceof WeakEntries ? encoder.weak : new WeakEntries(encoder)
  encoder.weak = tables
  return tables.add(weak, index)
}

class WeakEntries implements WeakTables {
  readonly #encoder: Encoder
  readonly #all: Weak[] = []

  constructor(encoder: Encoder) {
    this.#encoder = encoder
  }

  add(weak: object, index: number): Node {
    const [type, name, standard] = types.isWeakMap(weak)
      ? (['map', 'WeakMap', WeakMap.prototype] as const)
      : (['set', 'WeakSet', WeakSet.prototype] as const)
    const isPlain = Object.getPrototypeOf(weak) === standard && Reflect.ownKeys(weak).length === 0
    const user = this.#user(index)
    const isOfPackage = user !== undefined && this.#isOfPackage(user)
    const entries = isPlain && user !== undefined && !isOfPackage ? this.#encoder.reader.entries(weak) : undefined
    if (entries === undefined) {
      const why = !isPlain
        ? ' of a class of its own, or with properties'
        : isOfPackage
          ? ', in which a package keeps what it knows of its objects'
          : ', whose content cannot be listed'
      this.#encoder.refuse(index, `it is a ${name}${why}`, type === 'map' ? 'send a Map' : 'send a Set')
    }
    const rest = entries.map(({ key, value }) =>
      type === 'map' ? { key: key as object, value } : { key: value as object, value: undefined },
    )
    const id = idOfWeak(weak)
    const edges: Edge[] = []
    // Of what the thread that has made the table has itself, an answer says nothing: it may have changed there.
    const isForOwner = this.#encoder.isAnswer && !isOwnWeak(weak)
    this.#all.push({ index, edges, rest: isForOwner ? rest.filter(({ key }) => !isEverywhere(key)) : rest })
    return [m.WEAK, type, id, edges]
  }

  follow(): boolean {
    let hasAdded = false
    for (const weak of this.#all) {
      const { index, edges, rest } = weak
      weak.rest = rest.filter(({ key, value }) => {
        if (!this.#encoder.holds(key) && !isEverywhere(key)) return true
        edges.push(this.#encoder.edge(key, index, step('(key)')), this.#encoder.edge(value, index, step('(value)')))
        hasAdded = true
        return false
      })
    }
    return hasAdded
  }

  get nodes(): readonly number[] {
    return this.#all.map(({ index }) => index)
  }

  /** A table that would arrive empty, though it is not, is refused. */
  finish(): (readonly [index: number, finish: () => Node])[] {
    return this.#all.map(weak => [weak.index, () => this.#finished(weak)] as const)
  }

  #finished({ index, edges, rest }: Weak): Node {
    const node = this.#encoder.nodes[index] as Node
    if (node[0] !== m.WEAK || edges.length > 0 || rest.every(({ key }) => this.#comesLater(key, index))) return node
    const [name, cure] = node[1] === 'map' ? ['WeakMap', 'send a Map'] : ['WeakSet', 'send a Set']
    return this.#encoder.refuse(index, `it is a ${name}, and none of its keys is part of what is sent`, cure)
  }

  /** The function that it is a table of; undefined for one that is data, where nobody could ask for its keys. */
  #user(index: number): object | undefined {
    for (const above of this.#encoder.ancestors(index)) {
      if (typeof above === 'function' && !types.isProxy(above)) return above
    }
    return undefined
  }

  /** Workers import a package: its objects are none there for its own tables. */
  #isOfPackage(user: object): boolean {
    const facts = this.#encoder.reader.facts(user)
    return facts !== undefined && this.#encoder.reader.url(facts).includes('/node_modules/')
  }

  /** An instance of the class that has this table for its private members brings its entries when it is sent. */
  #comesLater(key: object, index: number): boolean {
    const type: unknown = this.#encoder.ancestors(index).next().value
    return typeof type === 'function' && !types.isProxy(type) && isInstance(key, type)
  }
}

function isInstance(object: object, type: object): boolean {
  const prototype: unknown = Object.getOwnPropertyDescriptor(type, 'prototype')?.value
  return typeof prototype === 'object' && prototype !== null && Object.prototype.isPrototypeOf.call(prototype, object)
}
