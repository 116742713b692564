import { type Shape, sizeOf } from './shape.ts'
import type { Elements } from './source.ts'

/** Arrays in arrays, as deep as the shape has axes. */
export type NestedArray<E> = (E | NestedArray<E>)[]

/** The elements from `offset` on as ordinary arrays, nested as deep as `shape` has axes. */
export function nested<E>(elements: Elements<E>, offset: number, [extent = 0, ...rest]: Shape): NestedArray<E> {
  if (rest.length === 0) return Array.from({ length: extent }, (_, i) => elements[offset + i] as E)
  const size = sizeOf(rest)
  return Array.from({ length: extent }, (_, i) => nested(elements, offset + i * size, rest))
}
