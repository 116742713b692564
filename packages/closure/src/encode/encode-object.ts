import * as types from 'node:util/types'
import { replace, SerializationError, sharedBufferOwner } from '@manyhands/base'
import { findGlobal, findInModules, mayBeGlobal } from '../modules/builtins.ts'
import { findCommonJsModule, moduleNode } from '../modules/exports.ts'
import { engineState } from '../protocol/engine-objects.ts'
import * as m from '../protocol/message.ts'
import type { Edge, Node, Properties, Prototype } from '../protocol/message.ts'
import { reducerOf } from '../protocol/reducers.ts'
import { checkClass, classNameOf, errorPrototype, standardErrorPrototype } from './check-class.ts'
import type { Encoder } from './encoder.ts'
import { privateFields, withPrivates } from './private-fields.ts'
import { step } from './refusal.ts'
import { refusedType } from './refused-types.ts'
import { weakNode } from './weak-entries.ts'

export function encodeObject(encoder: Encoder, value: object, index: number): Node {
  const exported = encoder.reader.exportedValue(value) ?? encoder.imports?.get(value)
  if (exported !== undefined) return moduleNode(exported)
  if (encoder.isRaw(value)) return [m.RAW, value]
  if (types.isWeakMap(value) || types.isWeakSet(value)) {
    return weakNode(encoder, value, index)
  }
  const refused = refusedType(value)
  const threads = encoder.across === 'threads' ? refused?.threads : undefined
  if (threads === 'copied' || threads === 'moved') return encoder.rawNode(value, threads === 'moved')
  if (refused !== undefined && threads === undefined) encoder.refuse(index, refused.why, refused.cure)
  const replaced = encodeReplaced(encoder, value, index)
  if (replaced !== undefined) return replaced
  if (types.isModuleNamespaceObject(value)) return encodeNamespace(encoder, value, index)
  const common = encodeCommon(value)
  if (common !== undefined) return common
  if (ArrayBuffer.isView(value) || types.isAnyArrayBuffer(value)) return encodeMemory(encoder, value, index)
  const prototype = Object.getPrototypeOf(value) as object | null
  if (prototype === URL.prototype) return [m.URL_LIKE, 'URL', (value as URL).href]
  if (prototype === URLSearchParams.prototype) {
    return [m.URL_LIKE, 'URLSearchParams', (value as URLSearchParams).toString()]
  }
  const engine = engineState(value)
  if (engine !== undefined) return [m.ENGINE, ...engine]
  if (prototype === DOMException.prototype && value instanceof DOMException) {
    return [
      m.DOM_EXCEPTION,
      value.message,
      value.name,
      value.stack,
      encoder.properties(value, index, key => key === 'stack'),
    ]
  }
  if (types.isBoxedPrimitive(value)) {
    return [m.BOXED, encoder.edge((value as { valueOf(): unknown }).valueOf(), index, step('(value)'))]
  }
  return encodeByParts(encoder, value, index)
}

/** What every worker has: Math, a prototype of the language, a module of Node or of the program as a whole. */
function encodeCommon(value: object): Node | undefined {
  const place = mayBeGlobal(value) ? findGlobal(value) : undefined
  if (place !== undefined) return [m.BUILTIN, place.module, place.path]
  const prototype = Object.getPrototypeOf(value) as object | null
  if (prototype !== Object.prototype && prototype !== null) return undefined
  const builtin = findInModules(value, '')
  if (builtin !== undefined) return [m.BUILTIN, builtin.module, builtin.path]
  const module = findCommonJsModule(value)
  return module === undefined ? undefined : moduleNode(module)
}

/** A view of memory that others see stays one: a copy would keep from them what is written to it. */
function encodeShared(encoder: Encoder, value: ArrayBufferView | ArrayBufferLike, owner: object, index: number): Node {
  const memory = encoder.reference(owner, index, step('(shared memory)'))
  if (!ArrayBuffer.isView(value)) return [m.SHARED_VIEW, undefined, memory, 0, value.byteLength]
  const length = 'length' in value ? (value as Uint8Array).length : value.byteLength
  return [m.SHARED_VIEW, viewType(encoder, value, index), memory, value.byteOffset, length]
}

function encodeMemory(encoder: Encoder, value: ArrayBufferView | ArrayBufferLike, index: number): Node {
  const owner = sharedBufferOwner(ArrayBuffer.isView(value) ? value.buffer : value)
  if (owner !== undefined) return encodeShared(encoder, value, owner, index)
  if (encoder.across === 'processes' && types.isSharedArrayBuffer(ArrayBuffer.isView(value) ? value.buffer : value)) {
    encoder.refuse(
      index,
      'it is shared memory, which cannot be shared with another process',
      'run the task on threads, or send a copy (`slice()`)',
    )
  }
  if (ArrayBuffer.isView(value)) return encoder.views.add(value, viewType(encoder, value, index), index)
  return encoder.refuse(
    index,
    `it is an ${classNameOf(value)} of a class of its own, or with properties`,
    'send a plain one',
  )
}

function encodeByParts(encoder: Encoder, value: object, index: number): Node {
  const prototype = Object.getPrototypeOf(value) as object | null
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
  if (standard === Error.prototype) return encodeError(encoder, value as Error, index)
  const classes = prototype === null ? [] : checkClass(encoder, value, prototype, standard, index)
  const proto: Prototype = encoder.prototype(value, index, standard)
  const integrity = encoder.integrity(value)
  const privates = classes.length === 0 ? undefined : privateFields(encoder, value, classes, index)
  const properties = (skip?: (key: string | symbol) => boolean): Properties =>
    withPrivates(encoder.properties(value, index, skip), privates)
  if (types.isMap(value)) {
    const edges: Edge[] = []
    let entry = 0
    for (const [key, item] of Map.prototype.entries.call(value) as IterableIterator<[unknown, unknown]>) {
      edges.push(
        encoder.edge(key, index, step(`(key ${entry})`)),
        encoder.edge(item, index, step(typeof key === 'string' ? `.get(${JSON.stringify(key)})` : `(value ${entry})`)),
      )
      entry++
    }
    return [m.MAP, proto, integrity, properties(), edges]
  }
  if (types.isSet(value)) {
    let entry = 0
    const edges = Array.from(Set.prototype.values.call(value) as IterableIterator<unknown>, item =>
      encoder.edge(item, index, step(`(item ${entry++})`)),
    )
    return [m.SET, proto, integrity, properties(), edges]
  }
  if (types.isDate(value)) return [m.DATE, proto, integrity, properties(), value.getTime()]
  if (types.isRegExp(value)) {
    return [
      m.REGEXP,
      proto,
      integrity,
      properties(key => key === 'lastIndex'),
      value.source,
      value.flags,
      value.lastIndex,
    ]
  }
  if (Array.isArray(value)) return encodeArray(encoder, value, proto, integrity, index, privates)
  return [m.OBJECT, proto, integrity, properties()]
}

function encodeError(encoder: Encoder, error: Error, index: number): Node {
  const [prototype, privates] = travellingClass(encoder, error, index)
  const proto: Prototype =
    prototype === Error.prototype ? 0 : prototype === null ? null : encoder.prototypeEdge(prototype, index)
  return [
    m.ERROR,
    proto,
    encoder.integrity(error),
    withPrivates(
      encoder.properties(error, index, key => key === 'stack'),
      privates,
    ),
    stackOf(error),
  ]
}

/** Of what a task threw a class that cannot travel is left out: the error is worth more than that. */
function travellingClass(
  encoder: Encoder,
  error: Error,
  index: number,
): readonly [prototype: object | null, privates?: readonly m.PrivateFields[] | undefined] {
  const prototype = errorPrototype(encoder, error)
  if (prototype === null) return [null]
  try {
    const classes = checkClass(encoder, error, prototype, Error.prototype, index)
    return [prototype, classes.length === 0 ? undefined : privateFields(encoder, error, classes, index)]
  } catch (refused) {
    if (!encoder.isFailure || !(refused instanceof SerializationError)) throw refused
    encoder.noteLost(index, `its class ${classNameOf(error)} cannot be sent`)
    return [standardErrorPrototype(prototype)]
  }
}

/**
 * The engine writes the stack when it is first read, with the name and message of that moment, which may be anything.
 */
function stackOf(error: Error): string | undefined {
  try {
    const { stack } = error
    return typeof stack === 'string' ? stack : undefined
  } catch {
    return ''
  }
}

/** Items without holes are listed; everything else of an array is a property. */
function encodeArray(
  encoder: Encoder,
  value: readonly unknown[],
  proto: Prototype,
  integrity: m.Integrity,
  index: number,
  privates: readonly m.PrivateFields[] | undefined,
): Node {
  const dense =
    Object.keys(value).length >= value.length &&
    !Array.from({ length: value.length }, (_, i) => Object.getOwnPropertyDescriptor(value, i)).some(
      item => item === undefined || item.get !== undefined || item.set !== undefined,
    )
  const items = dense ? value.map((item, i) => encoder.edge(item, index, i)) : []
  const skip = (key: string | symbol): boolean =>
    key === 'length' || (dense && typeof key === 'string' && /^(0|[1-9]\d*)$/.test(key))
  const properties = withPrivates(encoder.properties(value, index, skip), privates)
  return [m.ARRAY, proto, integrity, properties, value.length, items]
}

/** `[replace]()`, or a registered reducer: the object says itself what travels. */
function encodeReplaced(encoder: Encoder, value: object, index: number): Node | undefined {
  const found = reducerOf(value)
  if (found !== undefined) {
    const { replace: reduce, revive } = found.reducer
    const state = encoder.edge(
      callHook(encoder, () => reduce(value), index, 'its registered replace'),
      index,
      step('(reduced)'),
    )
    return [
      m.REDUCED,
      encoder.reference(revive, index, step('(revive)')),
      state,
      encoder.reference(reduce, index, step('(replace)')),
    ]
  }
  const hook = replace in value ? (value as Readonly<Record<symbol, unknown>>)[replace] : undefined
  if (typeof hook !== 'function') return undefined
  const type = (value as { readonly constructor?: unknown }).constructor
  if (typeof type !== 'function') encoder.refuse(index, 'it has [manyhands.replace]() but no class', undefined)
  const state = encoder.edge(
    callHook(
      encoder,
      () => hook.call(value, encoder.across, encoder.onDiscard) as unknown,
      index,
      'its [manyhands.replace]()',
    ),
    index,
    step('[manyhands.replace]()'),
  )
  return [m.REPLACED, encoder.reference(type, index, step('(class)')), state]
}

function callHook(encoder: Encoder, hook: () => unknown, index: number, what: string): unknown {
  try {
    return hook()
  } catch (cause) {
    if (cause instanceof SerializationError) encoder.refuse(index, cause.message, cause.hint, [], cause)
    return encoder.refuse(
      index,
      `${what} threw: ${cause instanceof Error ? cause.message : String(cause)}`,
      undefined,
      [],
      cause,
    )
  }
}

/** A namespace that no captured variable leads to: a picture of it, whose functions are those of the module. */
function encodeNamespace(encoder: Encoder, value: object, index: number): Node {
  const { default: main } = value as { readonly default?: unknown }
  const builtin = typeof main === 'object' && main !== null ? findInModules(main, '') : undefined
  if (builtin?.module !== undefined && builtin.path.length === 0) return [m.MODULE, 'esm', `node:${builtin.module}`, []]
  return [m.OBJECT, null, 0, encoder.properties(value, index, key => typeof key === 'symbol')]
}

function viewType(encoder: Encoder, value: ArrayBufferView, index: number): string {
  const type = Buffer.isBuffer(value)
    ? 'Buffer'
    : types.isDataView(value)
      ? 'DataView'
      : (value as Uint8Array)[Symbol.toStringTag]
  const prototype = Object.getPrototypeOf(value) as object
  const known =
    type === 'Buffer'
      ? Buffer.prototype
      : (globalThis as unknown as Readonly<Record<string, { readonly prototype: object }>>)[type]?.prototype
  if (prototype !== known) {
    encoder.refuse(
      index,
      `it is an instance of a subclass of ${type}`,
      `send it as ${type}, or give the class [manyhands.replace]()`,
    )
  }
  return type
}
