import { builtinModules } from 'node:module'
import * as types from 'node:util/types'
import { hiddenIntrinsics } from '../protocol/function-prototypes.ts'
import { REGISTERED } from '../protocol/names.ts'
import { isNativeText, textOf } from '../text/function-text.ts'

/** Where every worker has the same thing. */
export interface BuiltinPlace {
  /** A module of Node; undefined for what is reached from globalThis. */
  readonly module: string | undefined
  /** Property names; `@@iterator` stands for Symbol.iterator, `name#get` for a getter. */
  readonly path: readonly string[]
}

/** Globals of Node that are enumerable as if a user had set them. */
const enumerableGlobals = new Set(
  (
    'global clearImmediate setImmediate clearInterval clearTimeout setInterval setTimeout queueMicrotask ' +
    'structuredClone atob btoa performance fetch navigator crypto localStorage sessionStorage gc'
  ).split(' '),
)

/** True when `name` is a global variable that every worker has. */
export function isBuiltinGlobal(name: string): boolean {
  const descriptor = Object.getOwnPropertyDescriptor(globalThis, name)
  return descriptor !== undefined && (descriptor.enumerable !== true || enumerableGlobals.has(name))
}

/**
 * What the language itself has, and few things more: reading other globals of Node loads what they stand for, which
 * takes tens of milliseconds.
 */
const indexedGlobals = (
  'Object Function Array Number String Boolean Symbol BigInt Math JSON Reflect Atomics Promise Map Set ' +
  'WeakMap WeakSet WeakRef FinalizationRegistry Date RegExp Proxy Iterator ' +
  'Error AggregateError EvalError RangeError ReferenceError SyntaxError TypeError URIError ArrayBuffer ' +
  'SharedArrayBuffer DataView Int8Array Uint8Array Uint8ClampedArray Int16Array ' +
  'Uint16Array Int32Array Uint32Array BigInt64Array BigUint64Array Float16Array Float32Array Float64Array ' +
  'Intl WebAssembly Buffer URL URLSearchParams console eval isFinite isNaN parseFloat ' +
  'parseInt decodeURI decodeURIComponent encodeURI encodeURIComponent escape unescape'
).split(' ')

/**
 * Of these a module may well have one of its own with the same name and another meaning: `node:timers/promises`,
 * `node:crypto`, fetch libraries.
 */
const oftenImported = new Set(['setTimeout', 'setInterval', 'setImmediate', 'fetch', 'crypto'])

/** True when `name`, where no scope can be asked for it, is certainly the global variable. */
export function isCertainGlobal(name: string): boolean {
  return isBuiltinGlobal(name) && !oftenImported.has(name)
}

/** True when `fn` is the global function `name`. */
export function isGlobalFunction(fn: object, name: string): boolean {
  const descriptor = Object.getOwnPropertyDescriptor(globalThis, name)
  if (descriptor === undefined || !isBuiltinGlobal(name)) return false
  // A getter has loaded what it stands for when there is a function of that name to ask for.
  return (
    (descriptor.get === undefined ? descriptor.value : (globalThis as Readonly<Record<string, unknown>>)[name]) === fn
  )
}

let globals: Map<unknown, BuiltinPlace> | undefined

/** Finds a native function, prototype or symbol, or an object such as Math, among what globalThis leads to. */
export function findGlobal(value: unknown): BuiltinPlace | undefined {
  globals ??= indexGlobals()
  return globals.get(value) ?? findByName(value)
}

/** True for what may be a global object; everything else need not be looked for. */
export function mayBeGlobal(value: object): boolean {
  // A prototype has a constructor, a namespace a tag.
  return (
    Object.hasOwn(value, 'constructor') ||
    Object.hasOwn(value, Symbol.toStringTag) ||
    value === console ||
    value === globalThis ||
    value === process.env ||
    singleOfClass(value) !== undefined ||
    streamOfProcess(value) !== undefined
  )
}

/** The name of a standard stream. Reading one makes it, so only what looks like one is compared. */
function streamOfProcess(value: object): 'stdin' | 'stdout' | 'stderr' | undefined {
  if (typeof memberOf(value, '_events') !== 'object' || types.isProxy(value)) return undefined
  const { fd } = value as { readonly fd?: unknown }
  const likely = fd === 0 ? 'stdin' : fd === 1 ? 'stdout' : fd === 2 ? 'stderr' : undefined
  if (likely !== undefined) return process[likely] === value ? likely : undefined
  // In a thread they have no descriptor.
  const type = memberOf((Object.getPrototypeOf(value) as object | null) ?? {}, 'constructor')
  return typeof type === 'function' && String(memberOf(type, 'name')).endsWith('WorkerStdio')
    ? (['stdin', 'stdout', 'stderr'] as const).find(name => process[name] === value)
    : undefined
}

/** A global of Node that has the name it says: a function or class, or the prototype of a class. */
function findByName(value: unknown): BuiltinPlace | undefined {
  const stream = typeof value === 'object' && value !== null ? streamOfProcess(value) : undefined
  if (stream !== undefined) return { module: undefined, path: ['process', stream] }
  const single = typeof value === 'object' && value !== null ? singleOfClass(value) : undefined
  if (single !== undefined && (globalThis as Readonly<Record<string, unknown>>)[single] === value) {
    return { module: undefined, path: [single] }
  }
  const type =
    typeof value === 'function'
      ? value
      : typeof value === 'object' && value !== null
        ? memberOf(value, 'constructor')
        : undefined
  if (typeof type !== 'function') return undefined
  const name: unknown = memberOf(type, 'name')
  if (typeof name !== 'string' || !Object.hasOwn(globalThis, name) || !isBuiltinGlobal(name)) return undefined
  if ((globalThis as Readonly<Record<string, unknown>>)[name] !== type) return undefined
  if (type === value) return { module: undefined, path: [name] }
  return memberOf(type, 'prototype') === value ? { module: undefined, path: [name, 'prototype'] } : undefined
}

/** Globals that are the one instance of their class. */
const singles: Readonly<Record<string, string>> = {
  Performance: 'performance',
  Crypto: 'crypto',
  Navigator: 'navigator',
}

function singleOfClass(value: object): string | undefined {
  const prototype = Object.getPrototypeOf(value) as object | null
  const type = prototype === null || types.isProxy(prototype) ? undefined : memberOf(prototype, 'constructor')
  const name = typeof type === 'function' ? memberOf(type, 'name') : undefined
  return typeof name === 'string' && Object.hasOwn(singles, name) ? singles[name] : undefined
}

function indexGlobals(): Map<unknown, BuiltinPlace> {
  const index = new Map<unknown, BuiltinPlace>([[globalThis, { module: undefined, path: [] }]])
  for (const [name, intrinsic] of Object.entries(hiddenIntrinsics)) {
    index.set(intrinsic, { module: undefined, path: [`%${name}`] })
  }
  index.set(process, { module: undefined, path: ['process'] })
  indexMembers(process, { module: undefined, path: ['process'] }, index)
  for (const name of ['hrtime', 'memoryUsage'] as const) {
    indexMembers(process[name], { module: undefined, path: ['process', name] }, index)
  }
  for (const name of indexedGlobals) {
    const value = memberOf(globalThis, name)
    if (!isObject(value) || index.has(value)) continue
    index.set(value, { module: undefined, path: [name] })
    indexMembers(value, { module: undefined, path: [name] }, index)
    const { prototype } = value as { readonly prototype?: unknown }
    if (typeof value === 'function' && isObject(prototype) && !index.has(prototype)) {
      const place = { module: undefined, path: [name, 'prototype'] }
      index.set(prototype, place)
      indexMembers(prototype, place, index)
    }
  }
  // Reached from an object that has iterators, but from no name.
  for (const [name, prototype] of Object.entries(hiddenIntrinsics)) {
    indexMembers(prototype, { module: undefined, path: [`%${name}`] }, index)
  }
  return index
}

function indexMembers(owner: object, place: BuiltinPlace, index: Map<unknown, BuiltinPlace>): void {
  for (const key of Reflect.ownKeys(owner)) {
    const name =
      typeof key === 'string'
        ? key
        : key.description?.startsWith('Symbol.') === true
          ? `@@${key.description.slice(7)}`
          : Symbol.keyFor(key) === undefined
            ? undefined
            : `${REGISTERED}${Symbol.keyFor(key)}`
    const descriptor = Object.getOwnPropertyDescriptor(owner, key)
    if (name === undefined || descriptor === undefined || name === 'prototype') continue
    const found: readonly (readonly [unknown, string])[] = [
      [descriptor.value, name],
      [descriptor.get, `${name}#get`],
      [descriptor.set, `${name}#set`],
    ]
    for (const [value, last] of found) {
      if ((isObject(value) || typeof value === 'symbol') && !index.has(value)) {
        index.set(value, { module: place.module, path: [...place.path, last] })
      }
    }
  }
}

/** Not loaded for a look: they warn, or are not meant for programs. */
const avoided = /^(_|sys$|punycode$|wasi$|trace_events$|node:)/

/**
 * Finds what a module of Node exports: the module itself, an export, or a method of one. Only modules that the program
 * has loaded are looked at.
 *
 * @param name - the property under which it would be exported
 */
export function findInModules(value: object, name: string): BuiltinPlace | undefined {
  const known = places.get(value)
  if (known !== undefined) return known ?? undefined
  const place = searchModules(value, name)
  places.set(value, place ?? null)
  return place
}

/** What was looked for before. What a module exports is loaded before a program can ask for it, so the answer stays. */
const places = new WeakMap<object, BuiltinPlace | null>()

function searchModules(value: object, name: string): BuiltinPlace | undefined {
  if (typeof value === 'function' && name === '') return searchNameless(value)
  for (const module of loadedModules()) {
    const exports = process.getBuiltinModule(module)
    if (exports === undefined) continue
    if (exports === value) return { module, path: [] }
    if (memberOf(exports, name) === value || gotFrom(exports, name) === value) return { module, path: [name] }
  }
  return undefined
}

/**
 * Finds a function of the module of Node with this script URL (`node:fs`), also in the objects and classes that the
 * module exports.
 */
export function findInScript(value: object, url: string): BuiltinPlace | undefined {
  const module = url.replace(/^node:/, '')
  const candidates = builtinModules.includes(module) ? [module] : loadedModules()
  for (const candidate of candidates) {
    const exports = process.getBuiltinModule(candidate)
    if (exports === undefined) continue
    const index = new Map<unknown, BuiltinPlace>()
    indexMembers(exports, { module: candidate, path: [] }, index)
    for (const [member, place] of Array.from(index)) {
      if (!isObject(member)) continue
      indexMembers(member, place, index)
      const { prototype } = typeof member === 'function' ? (member as { readonly prototype?: unknown }) : {}
      if (isObject(prototype)) indexMembers(prototype, { module: candidate, path: [...place.path, 'prototype'] }, index)
    }
    const place = index.get(value)
    if (place !== undefined) return place
  }
  return undefined
}

let loadedCount = -1
let loadedNames: readonly string[] = []

function loadedModules(): readonly string[] {
  const list = (process as unknown as { readonly moduleLoadList?: readonly string[] }).moduleLoadList ?? []
  if (list.length !== loadedCount) {
    loadedCount = list.length
    const loaded = new Set(list)
    loadedNames = builtinModules.filter(name => !avoided.test(name) && loaded.has(`NativeModule ${name}`))
  }
  return loadedNames
}

/** Some functions that Node binds, such as `os.availableParallelism`, have no name. */
function searchNameless(value: object): BuiltinPlace | undefined {
  if (!isNativeText(textOf(value))) return undefined
  for (const module of loadedModules()) {
    const exports = process.getBuiltinModule(module)
    const name = exports === undefined ? undefined : Object.keys(exports).find(key => memberOf(exports, key) === value)
    if (name !== undefined) return { module, path: [name] }
  }
  return undefined
}

/** What a module loads when it is first asked for: something of that name is there, so it has been asked. */
function gotFrom(exports: object, name: string): unknown {
  return Object.getOwnPropertyDescriptor(exports, name)?.get?.call(exports) as unknown
}

function memberOf(owner: object, name: string): unknown {
  return Object.getOwnPropertyDescriptor(owner, name)?.value as unknown
}

function isObject(value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function'
}
