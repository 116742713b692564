import { types } from 'node:util'
import { replace } from '@manyhands/core'
import * as m from '../protocol/message.ts'
import type { Edge, Node, Properties, Prototype } from '../protocol/message.ts'
import { reducerOf } from '../protocol/reducers.ts'
import { findGlobal, findInModules } from './builtins.ts'
import type { Encoder } from './encoder.ts'
import { findCommonJsExport, findNamespace } from './exports.ts'
import { isNativeText, textOf } from './function-reader.ts'
import { step } from './refusal.ts'

const elsewhere = 'create it inside of the function, or inside of a module that the worker imports'

/** What can never travel, by the engine's own tests. */
const refused: readonly (readonly [test: (value: unknown) => boolean, what: string, hint: string | undefined])[] = [
  [types.isPromise, 'it is a Promise', 'await it first and send its result'],
  [types.isProxy, 'it is a Proxy, whose traps cannot be read', undefined],
  [types.isWeakMap, 'it is a WeakMap, whose content cannot be listed', 'send a Map'],
  [types.isWeakSet, 'it is a WeakSet, whose content cannot be listed', 'send a Set'],
  [value => value instanceof WeakRef, 'it is a WeakRef', 'send what it refers to'],
  [types.isGeneratorObject, 'it is a running generator', 'send the generator function, or an array of its values'],
  [types.isMapIterator, 'it is an iterator of a Map', 'send an array of its values'],
  [types.isSetIterator, 'it is an iterator of a Set', 'send an array of its values'],
  [types.isArgumentsObject, 'it is an `arguments` object', 'copy it to an array'],
  [types.isExternal, 'it is a native pointer', undefined],
]

export function encodeObject(encoder: Encoder, value: object, index: number): Node {
  for (const [test, complaint, hint] of refused) if (test(value)) encoder.refuse(index, complaint, hint)
  const place = findGlobal(value)
  if (place !== undefined) return [m.BUILTIN, place.module, place.path]
  const replaced = encodeReplaced(encoder, value, index)
  if (replaced !== undefined) return replaced
  if (types.isModuleNamespaceObject(value)) return encodeNamespace(encoder, value, index)
  if (encoder.isRaw(value)) return [m.RAW, value]
  if (encoder.across === 'processes' && (types.isSharedArrayBuffer(value) || (ArrayBuffer.isView(value) && types.isSharedArrayBuffer(value.buffer)))) {
    encoder.refuse(index, 'it is shared memory, which cannot be shared with another process', 'run the task on threads, or send a copy (`slice()`)')
  }
  const prototype = Object.getPrototypeOf(value) as object | null
  if (prototype === Object.prototype || prototype === null) {
    const module = encodeModule(value)
    if (module !== undefined) return module
  }
  if (ArrayBuffer.isView(value)) return encoder.views.add(value, viewType(encoder, value, index), index)
  if (value instanceof URL) return [m.URL_LIKE, 'URL', value.href]
  if (value instanceof URLSearchParams) return [m.URL_LIKE, 'URLSearchParams', String(value)]
  if (value instanceof DOMException) return [m.DOM_EXCEPTION, value.message, value.name, value.stack, [[], []]]
  if (types.isBoxedPrimitive(value)) return [m.BOXED, encoder.edge((value as { valueOf(): unknown }).valueOf(), index, step('(value)'))]
  return encodeByParts(encoder, value, prototype, index)
}

function encodeByParts(encoder: Encoder, value: object, prototype: object | null, index: number): Node {
  const standard = types.isMap(value)
    ? Map.prototype
    : types.isSet(value)
      ? Set.prototype
      : types.isDate(value)
        ? Date.prototype
        : types.isRegExp(value)
          ? RegExp.prototype
          : Array.isArray(value)
            ? Array.prototype
            : types.isNativeError(value)
              ? Error.prototype
              : Object.prototype
  checkPrototypes(encoder, value, prototype, standard, index)
  const proto: Prototype = encoder.prototype(value, index, standard)
  const integrity = encoder.integrity(value)
  const properties = (skip?: (key: string | symbol) => boolean): Properties => encoder.properties(value, index, skip)
  if (types.isMap(value)) {
    const edges: Edge[] = []
    let entry = 0
    for (const [key, item] of Map.prototype.entries.call(value) as IterableIterator<[unknown, unknown]>) {
      edges.push(encoder.edge(key, index, step(`(key ${entry})`)), encoder.edge(item, index, step(typeof key === 'string' ? `.get(${JSON.stringify(key)})` : `(value ${entry})`)))
      entry++
    }
    return [m.MAP, proto, integrity, properties(), edges]
  }
  if (types.isSet(value)) {
    let entry = 0
    const edges = Array.from(Set.prototype.values.call(value) as IterableIterator<unknown>, item => encoder.edge(item, index, step(`(item ${entry++})`)))
    return [m.SET, proto, integrity, properties(), edges]
  }
  if (types.isDate(value)) return [m.DATE, proto, integrity, properties(), value.getTime()]
  if (types.isRegExp(value)) return [m.REGEXP, proto, integrity, properties(key => key === 'lastIndex'), value.source, value.flags, value.lastIndex]
  if (Array.isArray(value)) return encodeArray(encoder, value, proto, integrity, index)
  if (types.isNativeError(value)) {
    const { stack } = value
    return [m.ERROR, proto, integrity, properties(key => key === 'stack'), typeof stack === 'string' ? stack : undefined]
  }
  return [m.OBJECT, proto, integrity, properties()]
}

/** Items without holes are listed; everything else of an array is a property. */
function encodeArray(encoder: Encoder, value: readonly unknown[], proto: Prototype, integrity: m.Integrity, index: number): Node {
  const dense = Object.keys(value).length >= value.length && !Array.from({ length: value.length }, (_, i) => Object.getOwnPropertyDescriptor(value, i)).some(item => item === undefined || item.get !== undefined || item.set !== undefined)
  const items = dense ? value.map((item, i) => encoder.edge(item, index, i)) : []
  const skip = (key: string | symbol): boolean => key === 'length' || (dense && typeof key === 'string' && /^(0|[1-9]\d*)$/.test(key))
  return [m.ARRAY, proto, integrity, encoder.properties(value, index, skip), value.length, items]
}

/** `[replace]()`, or a registered reducer: the object says itself what travels. */
function encodeReplaced(encoder: Encoder, value: object, index: number): Node | undefined {
  const found = reducerOf(value)
  if (found !== undefined) {
    const state = encoder.edge(found.reducer.replace(value), index, step('(reduced)'))
    return [m.REPLACED, encoder.reference(found.reducer.revive, index, step('(revive)')), state]
  }
  const hook = replace in value ? (value as Readonly<Record<symbol, unknown>>)[replace] : undefined
  if (typeof hook !== 'function') return undefined
  const type = (value as { readonly constructor?: unknown }).constructor
  if (typeof type !== 'function') encoder.refuse(index, 'it has [manyhands.replace]() but no class', undefined)
  const state = encoder.edge(hook.call(value), index, step('[manyhands.replace]()'))
  return [m.REPLACED, encoder.reference(type, index, step('(class)')), state]
}

function encodeNamespace(encoder: Encoder, value: object, index: number): Node {
  const { default: main } = value as { readonly default?: unknown }
  if (typeof main === 'object' && main !== null) {
    const builtin = findInModules(main, '')
    if (builtin !== undefined && builtin.path.length === 0 && builtin.module !== undefined) return [m.MODULE, 'esm', `node:${builtin.module}`, []]
  }
  const place = findNamespace(value, encoder.reader.inspector)
  if (place !== undefined) return [m.MODULE, place.type, place.url, place.path]
  return [m.OBJECT, null, 0, encoder.properties(value, index, key => typeof key === 'symbol')]
}

function encodeModule(value: object): Node | undefined {
  const builtin = findInModules(value, '')
  if (builtin !== undefined) return [m.BUILTIN, builtin.module, builtin.path]
  const common = findCommonJsExport(value)
  return common === undefined ? undefined : [m.MODULE, common.type, common.url, common.path]
}

function viewType(encoder: Encoder, value: ArrayBufferView, index: number): string {
  const type = Buffer.isBuffer(value) ? 'Buffer' : types.isDataView(value) ? 'DataView' : (value as Uint8Array)[Symbol.toStringTag]
  const prototype = Object.getPrototypeOf(value) as object
  const known = type === 'Buffer' ? Buffer.prototype : (globalThis as unknown as Readonly<Record<string, { readonly prototype: object }>>)[type]?.prototype
  if (prototype !== known) encoder.refuse(index, `it is an instance of a subclass of ${type}`, `send it as ${type}, or give the class [manyhands.replace]()`)
  return type
}

/** The chain may hold classes of the program, and at its end what the kind of object has by nature. */
function checkPrototypes(encoder: Encoder, value: object, first: object | null, standard: object, index: number): void {
  for (let prototype = first; prototype !== null && prototype !== Object.prototype && prototype !== standard; prototype = Object.getPrototypeOf(prototype) as object | null) {
    const type: unknown = Object.getOwnPropertyDescriptor(prototype, 'constructor')?.value
    if (standard === Error.prototype && findGlobal(prototype) !== undefined) return
    if (typeof type !== 'function') continue
    const name = nameOf(value) === type.name ? `a ${type.name}` : `a ${nameOf(value)} (a subclass of ${type.name})`
    const text = textOf(type)
    if (findGlobal(prototype) !== undefined || isNativeText(text) || isOfNode(encoder, type)) {
      encoder.refuse(index, `it is ${name.startsWith('a ') ? withModule(encoder, name, type) : name} and cannot be sent to a worker`, elsewhere)
    }
    if (!text.startsWith('class')) continue
    const { privateMember } = encoder.reader.analysis(type)
    if (privateMember !== undefined) {
      encoder.refuse(
        index,
        `it is an instance of class ${type.name}, which has the private member ${privateMember}; private state cannot be read from outside`,
        `give the class [Symbol.for('manyhands.replace')]() and static [Symbol.for('manyhands.revive')](state), or build the object inside of the function`,
      )
    }
  }
}

/** Whether a class is part of Node itself, by class: asking the inspector takes its time. */
const ofNode = new WeakMap<object, boolean>()

function isOfNode(encoder: Encoder, type: object): boolean {
  let answer = ofNode.get(type)
  if (answer === undefined) ofNode.set(type, (answer = encoder.reader.url(encoder.reader.facts(type)).startsWith('node:')))
  return answer
}

function withModule(encoder: Encoder, name: string, type: object): string {
  const url = encoder.reader.url(encoder.reader.facts(type))
  return url.startsWith('node:') && !url.includes('internal') ? name.replace(/^a /, `a ${url.slice(5)}.`) : name
}

function nameOf(value: object): string {
  const type: unknown = (value as { readonly constructor?: unknown }).constructor
  return typeof type === 'function' && type.name !== '' ? type.name : 'object'
}
