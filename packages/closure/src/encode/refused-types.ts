import * as types from 'node:util/types'
import { isDetached } from '@manyhands/base'
import { isGlobalFunction } from '../modules/builtins.ts'
import { isCommonJsModule } from '../modules/exports.ts'
import { isNativeText, textOf } from '../text/function-text.ts'
import { nameOf } from '../text/name-of.ts'

/** A type of object that never travels. The error reads `<path>: <why>. Hint: <cure>.` */
export interface RefusedType {
  /** Of instances of a global class, which is loaded when it is named: its name. */
  readonly class?: string
  /** The engine's own test, which a changed prototype does not mislead. @default every instance of `class` */
  readonly test?: (value: unknown) => boolean
  readonly why: string
  readonly cure?: string
  /**
   * How threads can have it: structured clone copies it, or moves it from this thread; or it is made again from its
   * state. @default not at all
   */
  readonly threads?: 'copied' | 'moved' | 'made'
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
    class: 'Blob',
    why: 'it is a Blob, which cannot be read at once',
    cure: 'send `await blob.arrayBuffer()`, or run the task on threads',
    threads: 'copied',
  },
  {
    class: 'File',
    why: 'it is a File, which cannot be read at once',
    cure: 'send its name and `await file.arrayBuffer()`, or run the task on threads',
    threads: 'made',
  },
  {
    class: 'FormData',
    test: value => [...(value as FormData).values()].some(isObject),
    why: 'it is a FormData with files, which cannot be read at once',
    cure: 'send its texts and `await file.arrayBuffer()`, or run the task on threads',
    threads: 'made',
  },
  {
    class: 'Response',
    why: 'it is a Response, whose body arrives in time and once',
    cure: 'send what the task needs of it, such as `await response.text()`',
  },
  {
    class: 'Request',
    why: 'it is a Request, whose body arrives in time and once',
    cure: 'send its url and options and make it inside of the function',
  },
  {
    test: isCommonJsModule,
    why: 'it is the `module` of a CommonJS file',
    cure: 'use `module.exports` in the function, or put what it needs of `module` into a variable first',
  },
  {
    test: value => isWasm(value, 'Module'),
    why: 'it is a compiled WebAssembly.Module, which another process cannot have',
    cure: 'send its bytes and compile them there, or run the task on threads',
    threads: 'copied',
  },
  {
    test: value => isWasm(value, 'Memory') && types.isSharedArrayBuffer((value as { readonly buffer: unknown }).buffer),
    why: 'it is WebAssembly.Memory, which another process cannot share',
    cure: 'run the task on threads',
    threads: 'copied',
  },
  {
    class: 'MessagePort',
    why: 'it is a MessagePort, which only threads can have',
    cure: 'run the task on threads, or give both sides an end of a `Pipe`',
    threads: 'moved',
  },
  { test: types.isExternal, why: 'it is a native pointer', cure: 'create it inside of the function' },
]

const tested = refusedTypes.filter(row => row.class === undefined)
const byClass = new Map(refusedTypes.map(row => [row.class, row]))

export function refusedType(value: object): RefusedType | undefined {
  return tested.find(({ test }) => test?.(value)) ?? refusedInstance(value)
}

function refusedInstance(value: object): RefusedType | undefined {
  const prototype = Object.getPrototypeOf(value) as object | null
  if (prototype === null || types.isProxy(prototype)) return undefined
  const type: unknown = Object.getOwnPropertyDescriptor(prototype, 'constructor')?.value
  if (typeof type !== 'function') return undefined
  const name = nameOf(type)
  const row = byClass.get(name)
  return row !== undefined && isGlobalFunction(type, name) && row.test?.(value) !== false ? row : undefined
}

/** TypeScript's types for Node alone do not name WebAssembly's classes. */
const wasm = (globalThis as { readonly WebAssembly?: Readonly<Record<string, new () => object>> }).WebAssembly

function isWasm(value: unknown, name: string): boolean {
  const type = wasm?.[name]
  return type !== undefined && value instanceof type
}

function isObject(value: unknown): boolean {
  return typeof value === 'object'
}

/** One of those that the language has for arrays, strings and the like. */
function isIterator(value: unknown): boolean {
  const prototype = Object.getPrototypeOf(value) as object | null
  if (prototype === null || types.isProxy(prototype)) return false
  const next: unknown = Object.getOwnPropertyDescriptor(prototype, 'next')?.value
  return typeof next === 'function' && isNativeText(textOf(next))
}
