import { SerializationError } from '@manyhands/base'
import type * as m from '../protocol/message.ts'
import { reducers } from '../protocol/reducers.ts'
import { requireFrom } from '../protocol/require.ts'
import { importFrom, importMetaOf } from './module-tools.ts'

type Callable = (...args: unknown[]) => unknown

/** What travels without a reducer. */
const standard = new Set<object>(
  [Object, Array, Map, Set, Date, RegExp, Error, TypeError, RangeError, SyntaxError, Promise].map(
    type => type.prototype as object,
  ),
)

/** From now on this thread can send such instances as well. */
export function learnReducer(instance: unknown, revive: Callable, reduce: Callable): void {
  if (typeof instance !== 'object' || instance === null || typeof reduce !== 'function') return
  const prototype = Object.getPrototypeOf(instance) as object | null
  if (prototype === null || standard.has(prototype) || reducers().has(prototype)) return
  reducers().set(prototype, { replace: reduce, revive })
}

export function makeView(
  type: string,
  buffer: ArrayBuffer | SharedArrayBuffer,
  byteOffset: number,
  length: number,
): object {
  if (type === 'Buffer') return Buffer.from(buffer as ArrayBuffer, byteOffset, length)
  const View = (globalThis as unknown as Readonly<Record<string, (new (...args: unknown[]) => object) | undefined>>)[
    type
  ]
  if (View === undefined || !/Array$|^DataView$/.test(type)) {
    throw new SerializationError(`the message is damaged: ${type} is no typed array`)
  }
  return new View(buffer, byteOffset, length)
}

export function makeSymbol(type: 'registered' | 'well-known' | 'local', name: string | undefined): symbol {
  if (type === 'registered') return Symbol.for(name ?? '')
  if (type === 'local') return Symbol(name)
  return (Symbol as unknown as Readonly<Record<string, symbol>>)[name ?? ''] ?? Symbol(name)
}

export function makeTool(tool: m.ModuleTool, url: string): unknown {
  return tool === 'require' ? requireFrom(url) : tool === 'import' ? importFrom(url) : importMetaOf(url)
}

export function makeException(message: string, name: string, stack: string | undefined): DOMException {
  const exception = new DOMException(message, name)
  return Object.defineProperty(exception, 'stack', { value: stack, configurable: true, writable: true })
}

/** What a function of Node makes of these. */
export function callWith(callee: unknown, args: readonly unknown[]): object {
  return (callee as (...all: readonly unknown[]) => object)(...args)
}

export function partOfItself(): SerializationError {
  const hint = 'send an id in its place, and connect the objects where they arrive'
  return new SerializationError(`an object that its class makes from its state is part of that state. Hint: ${hint}.`, {
    hint,
  })
}
