import type { Node } from '../protocol/message.ts'
import { encodeFunction } from './encode-function.ts'
import { encodeObject } from './encode-object.ts'
import { encodeSymbol } from './encode-symbol.ts'
import type { Encoder } from './encoder.ts'

/** The node of anything that is not a primitive: the three kinds of values that have an identity. */
export function encodeNode(encoder: Encoder, value: unknown, index: number): Node {
  if (typeof value === 'symbol') return encodeSymbol(value)
  if (typeof value === 'function') return encodeFunction(encoder, value, index)
  return encodeObject(encoder, value as object, index)
}
