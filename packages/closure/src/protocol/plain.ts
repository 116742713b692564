import * as types from 'node:util/types'
import type { Across } from '@manyhands/core'

/** Objects nested deeper than this are sent as a flat list: structured clone is recursive and would overflow. */
const MAX_DEPTH = 400
/** Longer arrays are asked for named properties in another way: a list of all their keys takes longer than sending them. */
const LONG_ARRAY = 64

/** What structured clone copies without loss, apart from plain objects and arrays. */
const leafChecks = new Map<object, (value: object) => boolean>([
  [Date.prototype, value => types.isDate(value)],
  [ArrayBuffer.prototype, value => types.isArrayBuffer(value)],
  [RegExp.prototype, value => types.isRegExp(value) && value.lastIndex === 0],
  [DataView.prototype, value => types.isDataView(value)],
  ...[Float64Array, Float32Array, Int32Array, Uint32Array, Int16Array, Uint16Array, Int8Array, Uint8Array, Uint8ClampedArray, BigInt64Array, BigUint64Array].map(
    type => [type.prototype, (value: object) => types.isTypedArray(value)] as const,
  ),
])

export interface PlainWalkOptions {
  /** Objects that are known to the walk's owner; those it meets are added. */
  readonly seen: Set<object>
  readonly across: Across
  /** Says whether an object that was in `seen` already may be met. @default yes */
  readonly mayMeet?: (value: object, walk: PlainWalk) => boolean
  /** Objects that are not plain, or must not be sent as such. @default none */
  readonly avoid?: ReadonlySet<object>
  /** false: typed arrays are not plain, because others of the message may share their buffer. @default true */
  readonly takesViews?: boolean
}

/**
 * Tells plain data, which structured clone copies without loss, from all else. One walk that stops at the first thing that is not plain.
 *
 * Plain: objects and arrays without accessors, hidden or symbol properties or a class; Map, Set, Date, RegExp, whole typed arrays and buffers; primitives.
 */
export class PlainWalk {
  readonly #options: PlainWalkOptions
  readonly #seen: Set<object>
  readonly #across: Across
  /** What this walk added. */
  readonly added: object[] = []
  /** As much of `added` as was asked for. */
  #addedSet: Set<object> | undefined

  constructor(options: PlainWalkOptions) {
    this.#options = options
    this.#seen = options.seen
    this.#across = options.across
  }

  /** True when it was this walk that met `value` first. */
  hasAdded(value: object): boolean {
    const set = (this.#addedSet ??= new Set())
    for (let i = set.size; i < this.added.length; i++) set.add(this.added[i] as object)
    return set.has(value)
  }

  /** Forgets what this walk added. */
  undo(): void {
    for (const value of this.added) this.#seen.delete(value)
  }

  isPlain(value: object): boolean {
    try {
      return this.#isPlain(value, 0)
    } catch {
      return false // an item of an array may be an accessor, which throws
    }
  }

  #isPlain(value: object, depth: number): boolean {
    if (!this.#enter(value)) return this.#mayMeet(value)
    if (this.#options.avoid?.has(value) === true || types.isProxy(value)) return false
    const prototype: unknown = Object.getPrototypeOf(value)
    if (prototype === Object.prototype) return depth < MAX_DEPTH && this.#isPlainObject(value, depth + 1)
    if (prototype === Array.prototype) return depth < MAX_DEPTH && Array.isArray(value) && this.#isPlainArray(value, depth + 1)
    return this.#isPlainBuiltin(value, prototype as object, depth)
  }

  /** True when `value` was not seen before. One lookup instead of two. */
  #enter(value: object): boolean {
    const { size } = this.#seen
    this.#seen.add(value)
    if (this.#seen.size === size) return false
    this.added.push(value)
    return true
  }

  #mayMeet(value: object): boolean {
    return this.#options.mayMeet?.(value, this) ?? true
  }

  #isPlainObject(value: object, depth: number): boolean {
    const keys = Object.keys(value)
    let nested: object[] | undefined
    for (let i = 0; i < keys.length; i++) {
      const descriptor = Object.getOwnPropertyDescriptor(value, keys[i] as string)
      const member: unknown = descriptor?.value
      switch (typeof member) {
        case 'object':
          if (member !== null) (nested ??= []).push(member)
          break
        case 'function':
        case 'symbol':
          return false
        case 'undefined':
          if (descriptor?.get !== undefined || descriptor?.set !== undefined) return false
          break
        default:
      }
    }
    if (Object.getOwnPropertyNames(value).length !== keys.length || Object.getOwnPropertySymbols(value).length > 0) return false
    if (keys.length === 0 && isExotic(value)) return false
    if (nested !== undefined) for (const member of nested) if (!this.#isPlain(member, depth)) return false
    return true
  }

  #isPlainArray(value: readonly unknown[], depth: number): boolean {
    if (hasNamedProperties(value)) return false
    for (let i = 0; i < value.length; i++) {
      const item = value[i]
      const type = typeof item
      if (type === 'object') {
        if (item !== null && !this.#isPlain(item as object, depth)) return false
      } else if (type === 'function' || type === 'symbol') return false
    }
    return true
  }

  #isPlainBuiltin(value: object, prototype: object, depth: number): boolean {
    if (prototype === Map.prototype && types.isMap(value) && !hasOwnKeys(value)) {
      if (depth >= MAX_DEPTH) return false
      for (const [key, item] of value) if (!this.#isPlainValue(key, depth + 1) || !this.#isPlainValue(item, depth + 1)) return false
      return true
    }
    if (prototype === Set.prototype && types.isSet(value) && !hasOwnKeys(value)) {
      if (depth >= MAX_DEPTH) return false
      for (const item of value) if (!this.#isPlainValue(item, depth + 1)) return false
      return true
    }
    if (types.isSharedArrayBuffer(value)) return this.#isShared(value)
    if (leafChecks.get(prototype)?.(value) !== true) return false
    if (ArrayBuffer.isView(value)) return this.#isWholeView(value)
    return Reflect.ownKeys(value).length === (types.isRegExp(value) ? 1 : 0)
  }

  /** Of a part of a buffer structured clone would send all. The buffer counts as met: two views of one buffer belong together. */
  #isWholeView(view: ArrayBufferView): boolean {
    if (this.#options.takesViews === false) return false
    const { buffer } = view
    if (types.isSharedArrayBuffer(buffer)) return this.#isShared(view)
    return view.byteLength === buffer.byteLength && this.#meetBuffer(buffer)
  }

  /** Memory that is shared anyway does not count as met. */
  #isShared(value: object): boolean {
    this.#seen.delete(value)
    this.added.pop()
    return this.#across === 'threads'
  }

  #meetBuffer(buffer: object): boolean {
    // The channel of a process copies each view by itself: views that share a buffer are sent as such.
    if (this.#enter(buffer)) return this.#options.avoid?.has(buffer) !== true
    return this.#mayMeet(buffer) && this.#across === 'threads'
  }

  #isPlainValue(value: unknown, depth: number): boolean {
    const type = typeof value
    if (type === 'object') return value === null || this.#isPlain(value as object, depth)
    return type !== 'function' && type !== 'symbol'
  }
}

function hasOwnKeys(value: object): boolean {
  return Reflect.ownKeys(value).length > 0
}

function hasNamedProperties(array: readonly unknown[]): boolean {
  if (array.length <= LONG_ARRAY) {
    // `length` is the only one that a plain array has besides its items; a hole makes it fewer, which structured clone keeps.
    return Object.getOwnPropertyNames(array).length > array.length + 1 || Object.getOwnPropertySymbols(array).length > 0 || (Object.keys(array).length < array.length && hasOddKeys(array))
  }
  // The only look at the named properties of an array that does not list its items; it takes microseconds whatever the length.
  return process.getBuiltinModule('node:util').inspect(array, { maxArrayLength: 0, depth: 0, showHidden: true, customInspect: false }) !== `[ ... ${array.length} more items, [length]: ${array.length} ]`
}

function hasOddKeys(array: readonly unknown[]): boolean {
  return Object.getOwnPropertyNames(array).some(name => name !== 'length' && !/^\d+$/.test(name))
}

/** An object with the prototype of plain ones that is none: `arguments`, a module namespace, an error whose prototype was changed. */
function isExotic(value: object): boolean {
  return types.isExternal(value) || types.isNativeError(value) || types.isArgumentsObject(value) || types.isBoxedPrimitive(value)
}
