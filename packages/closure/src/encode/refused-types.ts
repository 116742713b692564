import * as types from 'node:util/types'
import { isDetached } from '@manyhands/base'
import { isGlobalFunction } from '../modules/builtins.ts'
import { isNativeText, textOf } from '../text/function-text.ts'
import { nameOf } from '../text/name-of.ts'

/** A type of object that never travels. The error reads `<path>: <why>. Hint: <cure>.` */
export interface RefusedType {
  /** The engine's own test, which a changed prototype does not mislead. */
  readonly test: (value: unknown) => boolean
  readonly why: string
  readonly cure?: string
  /** Threads can have it: structured clone takes it. @default false */
  readonly threads?: boolean
}

const inAnArray = 'send an array of its values'

/** One row for each type; the first that matches counts. Instances of classes are checked in `check-class.ts`. */
const refusedTypes: readonly RefusedType[] = [
  { test: types.isPromise, why: 'it is a Promise', cure: 'await it first and send its result' },
  { test: types.isProxy, why: 'it is a Proxy, whose traps cannot be read', cure: 'send the object behind it' },
  {
    test: value => isDetached(value as object),
    why: 'its memory was transferred or closed',
    cure: 'send it before that, or a copy that was made before',
  },
  { test: types.isWeakMap, why: 'it is a WeakMap, whose content cannot be listed', cure: 'send a Map' },
  { test: types.isWeakSet, why: 'it is a WeakSet, whose content cannot be listed', cure: 'send a Set' },
  { test: value => value instanceof WeakRef, why: 'it is a WeakRef', cure: 'send what it refers to' },
  {
    test: types.isGeneratorObject,
    why: 'it is a running generator',
    cure: 'send the generator function, or an array of its values',
  },
  { test: types.isMapIterator, why: 'it is an iterator of a Map', cure: inAnArray },
  { test: types.isSetIterator, why: 'it is an iterator of a Set', cure: inAnArray },
  { test: isIterator, why: 'it is an Iterator that is under way', cure: inAnArray },
  { test: types.isArgumentsObject, why: 'it is an `arguments` object', cure: 'copy it to an array' },
  {
    test: value => value instanceof AbortSignal,
    why: 'it is an AbortSignal, which is aborted in this thread only',
    cure: 'give it as an option, `with({ signal })` or `{ signal }` of Parallel; the task sees `taskContext().signal`',
  },
  {
    test: value => isInstance(value, 'Blob'),
    why: 'it is a Blob, which cannot be read at once',
    cure: 'send `await blob.arrayBuffer()`, or run the task on threads',
    threads: true,
  },
  {
    test: value => isWasm(value, 'Module'),
    why: 'it is a compiled WebAssembly.Module, which another process cannot have',
    cure: 'send its bytes and compile them there, or run the task on threads',
    threads: true,
  },
  {
    test: value => isWasm(value, 'Memory') && types.isSharedArrayBuffer((value as { readonly buffer: unknown }).buffer),
    why: 'it is WebAssembly.Memory, which another process cannot share',
    cure: 'run the task on threads',
    threads: true,
  },
  { test: types.isExternal, why: 'it is a native pointer', cure: 'create it inside of the function' },
]

export function refusedType(value: object): RefusedType | undefined {
  return refusedTypes.find(({ test }) => test(value))
}

/** TypeScript's types for Node alone do not name WebAssembly's classes. */
const wasm = (globalThis as { readonly WebAssembly?: Readonly<Record<string, new () => object>> }).WebAssembly

function isWasm(value: unknown, name: string): boolean {
  const type = wasm?.[name]
  return type !== undefined && value instanceof type
}

/** An instance of a global class that is loaded when it is named. */
function isInstance(value: unknown, name: string): boolean {
  const prototype = Object.getPrototypeOf(value) as object | null
  if (prototype === null || types.isProxy(prototype)) return false
  const type: unknown = Object.getOwnPropertyDescriptor(prototype, 'constructor')?.value
  return typeof type === 'function' && nameOf(type) === name && isGlobalFunction(type, name)
}

/** One of those that the language has for arrays, strings and the like. */
function isIterator(value: unknown): boolean {
  const prototype = Object.getPrototypeOf(value) as object | null
  if (prototype === null || types.isProxy(prototype)) return false
  const next: unknown = Object.getOwnPropertyDescriptor(prototype, 'next')?.value
  return typeof next === 'function' && isNativeText(textOf(next))
}
