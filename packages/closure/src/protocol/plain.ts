import * as types from 'node:util/types'
import { type Across, isDetached, sharedBufferOwner } from '@manyhands/base'

/** Objects nested deeper than this are sent as a flat list: structured clone is recursive and would overflow. */
const MAX_DEPTH = 400
/**
 * Longer arrays are asked for named properties in another way: a list of all their keys takes longer than sending them.
 */
const LONG_ARRAY = 64

/** What structured clone copies without loss, apart from plain objects and arrays. */
const leafChecks = new Map<object, (value: object) => boolean>([
  [Date.prototype, value => types.isDate(value)],
  [ArrayBuffer.prototype, value => types.isArrayBuffer(value) && !isDetached(value)],
  [RegExp.prototype, value => types.isRegExp(value) && value.lastIndex === 0],
  [DataView.prototype, value => types.isDataView(value) && !isDetached(value)],
  ...[
    Float64Array,
    Float32Array,
    Int32Array,
    Uint32Array,
    Int16Array,
    Uint16Array,
    Int8Array,
    Uint8Array,
    Uint8ClampedArray,
    BigInt64Array,
    BigUint64Array,
  ].map(type => [type.prototype, (value: object) => types.isTypedArray(value) && !isDetached(value)] as const),
])

/**
 * Objects that a walk without memory meets below each item of an outer array. More: odd data costs more; fewer: more
 * data is walked twice.
 */
const MAX_UNSEEN = 200

export interface PlainWalkOptions {
  /**
   * Objects that are known to the walk's owner; those it meets are added. Remembering them takes as long as all else,
   * so without it small objects are walked again where they are met again, and the walk gives up when there is no end
   * to that.
   */
  readonly seen: Set<object> | undefined
  readonly across: Across
  /** Says whether an object that was in `seen` already may be met. @default yes */
  readonly mayMeet?: (value: object, walk: PlainWalk) => boolean
  /** Objects that are not plain, or must not be sent as such. @default none */
  readonly avoid?: ReadonlySet<object>
  /** false: typed arrays are not plain, because others of the message may share their buffer. @default true */
  readonly takesViews?: boolean
  /** true: frozen data is plain; {@link PlainWalk.frozen} lists it. @default false */
  readonly takesFrozen?: boolean
}

/**
 * Tells plain data, which structured clone copies without loss, from all else. One walk that stops at the first thing
 * that is not plain.
 *
 * Plain: objects and arrays that are extensible, without accessors, hidden or symbol properties or a class; Map, Set,
 * Date, RegExp, whole typed arrays and buffers; primitives.
 */
export class PlainWalk {
  readonly #options: PlainWalkOptions
  readonly #seen: Set<object> | undefined
  #left = MAX_UNSEEN
  readonly #across: Across
  /** What this walk added. */
  readonly added: object[] = []
  /** What structured clone copies without freezing it; undefined when there is nothing. */
  frozen: object[] | undefined
  /** For a process: buffers that were met as such, and those that views are of. */
  #buffers: Set<object> | undefined
  #viewed: Set<object> | undefined
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
    for (const value of this.added) this.#seen?.delete(value)
  }

  isPlain(value: object): boolean {
    try {
      return this.#isPlain(value, 0)
    } catch {
      return false // an item of an array may be an accessor, which throws
    }
  }

  #isPlain(value: object, depth: number): boolean {
    if (!this.#enter(value)) return this.#mayMeet(value) && this.#viewed?.has(value) !== true
    if (this.#options.avoid?.has(value) === true || types.isProxy(value)) return false
    // Structured clone forgets that an object is frozen.
    if (!Object.isExtensible(value)) {
      if (this.#options.takesFrozen !== true || !Object.isFrozen(value)) return false
      ;(this.frozen ??= []).push(value)
    }
    const prototype: unknown = Object.getPrototypeOf(value)
    if (prototype === Object.prototype) return depth < MAX_DEPTH && this.#isPlainObject(value, depth + 1)
    if (prototype === Array.prototype) {
      return depth < MAX_DEPTH && Array.isArray(value) && this.#isPlainArray(value, depth + 1)
    }
    return this.#isPlainBuiltin(value, prototype as object, depth)
  }

  /** True when `value` was not seen before. One lookup instead of two. */
  #enter(value: object): boolean {
    const seen = this.#seen
    if (seen === undefined) return this.#left-- > 0
    const { size } = seen
    seen.add(value)
    if (seen.size === size) return false
    this.added.push(value)
    return true
  }

  #mayMeet(value: object): boolean {
    return this.#seen !== undefined && (this.#options.mayMeet?.(value, this) ?? true)
  }

  #isPlainObject(value: object, depth: number): boolean {
    const keys = Object.getOwnPropertyNames(value)
    let nested: unknown[] | undefined
    for (let i = 0; i < keys.length; i++) {
      const descriptor = Object.getOwnPropertyDescriptor(value, keys[i] as string) as PropertyDescriptor
      if (descriptor.enumerable !== true) return false
      const member: unknown = descriptor.value
      const type = typeof member
      if (type === 'object') {
        if (member !== null) {
          if (nested === undefined) nested = [member]
          else nested.push(member)
        }
      } else if (type === 'function' || type === 'symbol') return false
      else if (type === 'undefined' && (descriptor.get !== undefined || descriptor.set !== undefined)) return false
    }
    if (Object.getOwnPropertySymbols(value).length > 0) return false
    if (keys.length === 0 && isExotic(value)) return false
    if (nested !== undefined) {
      for (let i = 0; i < nested.length; i++) if (!this.#isPlain(nested[i] as object, depth)) return false
    }
    return true
  }

  #isPlainArray(value: readonly unknown[], depth: number): boolean {
    if (hasNamedProperties(value)) return false
    for (let i = 0; i < value.length; i++) {
      const item = value[i]
      const type = typeof item
      if (depth <= 2) this.#left = MAX_UNSEEN
      if (type === 'object') {
        if (item !== null && !this.#isPlain(item as object, depth)) return false
      } else if (type === 'function' || type === 'symbol') return false
    }
    return true
  }

  #isPlainBuiltin(value: object, prototype: object, depth: number): boolean {
    if (prototype === Map.prototype && types.isMap(value) && !hasOwnKeys(value)) {
      if (depth >= MAX_DEPTH) return false
      for (const [key, item] of value) {
        if (!this.#isPlainValue(key, depth + 1) || !this.#isPlainValue(item, depth + 1)) return false
      }
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
    if (
      prototype === ArrayBuffer.prototype &&
      (sharedBufferOwner(value) !== undefined || !this.#isApart(value, false))
    ) {
      return false
    }
    return Reflect.ownKeys(value).length === (types.isRegExp(value) ? 1 : 0)
  }

  /**
   * Of a part of a buffer structured clone would send all. The buffer counts as met: two views of one buffer belong
   * together.
   */
  #isWholeView(view: ArrayBufferView): boolean {
    if (this.#options.takesViews === false) return false
    const { buffer } = view
    if (types.isSharedArrayBuffer(buffer)) return this.#isShared(view)
    if (sharedBufferOwner(buffer) !== undefined) return false
    return view.byteLength === buffer.byteLength && this.#meetBuffer(buffer)
  }

  /** Memory that is shared anyway does not count as met. */
  #isShared(value: object): boolean {
    if (this.#seen?.delete(value) === true) this.added.pop()
    return this.#across === 'threads'
  }

  #meetBuffer(buffer: object): boolean {
    if (!this.#isApart(buffer, true)) return false
    if (this.#seen === undefined) return true
    if (this.#enter(buffer)) return this.#options.avoid?.has(buffer) !== true
    return this.#mayMeet(buffer)
  }

  /**
   * The channel of a process copies each view by itself: a buffer that something else of the value uses as well must
   * not travel so.
   */
  #isApart(buffer: object, isView: boolean): boolean {
    if (this.#across === 'threads') return true
    const [viewed, buffers] = [(this.#viewed ??= new Set()), (this.#buffers ??= new Set())]
    if (viewed.has(buffer) || (isView && buffers.has(buffer))) return false
    ;(isView ? viewed : buffers).add(buffer)
    return true
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
    // `length` is the only one that a plain array has besides its items; a hole makes it fewer, which structured clone
    // keeps.
    const names = Object.getOwnPropertyNames(array)
    return (
      names.length > array.length + 1 ||
      Object.getOwnPropertySymbols(array).length > 0 ||
      (names[array.length] !== 'length' && hasOddKeys(names))
    )
  }
  // The only look at the named properties of an array that does not list its items; it takes microseconds whatever the
  // length.
  return (
    process
      .getBuiltinModule('node:util')
      .inspect(array, { maxArrayLength: 0, depth: 0, showHidden: true, customInspect: false }) !==
    `[ ... ${array.length} more items, [length]: ${array.length} ]`
  )
}

function hasOddKeys(names: readonly string[]): boolean {
  return names.some(name => name !== 'length' && !/^\d+$/.test(name))
}

/**
 * An object with the prototype of plain ones that is none: `arguments`, a module namespace, an error whose prototype
 * was changed.
 */
function isExotic(value: object): boolean {
  return (
    types.isExternal(value) ||
    types.isNativeError(value) ||
    types.isArgumentsObject(value) ||
    types.isBoxedPrimitive(value)
  )
}

/** A buffer that structured clone copies without loss. */
export function isPlainBuffer(value: object): boolean {
  return (
    types.isArrayBuffer(value) &&
    !isDetached(value) &&
    sharedBufferOwner(value) === undefined &&
    Object.getPrototypeOf(value) === ArrayBuffer.prototype &&
    Reflect.ownKeys(value).length === 0
  )
}
