import { describeValue } from '@manyhands/base'
import { checkReadable, type Dtype, dtypeOf, isBig } from './dtype.ts'
import type { Shape } from './shape.ts'

/** The elements that a new array is filled with: an array or typed array of them, or nested to any depth. */
export type Source = ArrayLike<number> | ArrayLike<bigint> | readonly Source[]

/** The dtype of an array made from `S` when none is given; not known beyond six axes. */
export type SourceDtype<S, Axes extends readonly unknown[] = []> = Axes['length'] extends 7
  ? Dtype
  : S extends Float32Array
    ? 'f32'
    : S extends Uint8ClampedArray
      ? 'u8c'
      : S extends Int8Array
        ? 'i8'
        : S extends Uint8Array
          ? 'u8'
          : S extends Int16Array
            ? 'i16'
            : S extends Uint16Array
              ? 'u16'
              : S extends Int32Array
                ? 'i32'
                : S extends Uint32Array
                  ? 'u32'
                  : S extends BigUint64Array
                    ? 'u64'
                    : S extends ArrayLike<infer E>
                      ? SourceDtype<E, [...Axes, unknown]>
                      : S extends bigint
                        ? 'i64'
                        : 'f64'

/**
 * The dtype of the first typed array found on the way to the first element; else i64 for bigints and f64 for numbers.
 */
export function sourceDtype(source: unknown): Dtype {
  const dtype = dtypeOf(source)
  if (dtype !== undefined) return dtype
  if (isNested(source) && source.length > 0) return sourceDtype(source[0])
  return typeof source === 'bigint' ? 'i64' : 'f64'
}

/** The shape of a nested array, read along its first elements. */
export function sourceShape(source: unknown): Shape {
  const shape: number[] = []
  for (let part = source; isNested(part); part = part[0]) {
    shape.push(part.length)
    if (part.length === 0) break
  }
  return shape
}

/** The number of elements, whatever the nesting. */
export function sourceSize(source: unknown): number {
  if (!isNested(source)) return 1
  if (dtypeOf(source) !== undefined) return source.length
  let size = 0
  for (let i = 0; i < source.length; i++) size += sourceSize(source[i])
  return size
}

/** What both kinds of typed arrays have in common, for a dtype that is not known at compile time. */
export interface Elements<E> {
  readonly length: number
  [index: number]: E
  set(source: ArrayLike<E>, offset: number): void
}

/**
 * Writes the elements of `source` in order.
 *
 * @param shape - what each nested array has to be like; undefined when any nesting will do
 * @throws TypeError naming the element that is not a number (or a bigint, for i64 and u64)
 * @throws RangeError naming the part that is not as long as its neighbours
 */
export function fillFrom<E>(data: Elements<E>, dtype: Dtype, source: unknown, shape: Shape | undefined): void {
  const expected = isBig(dtype) ? 'bigint' : 'number'
  let next = 0
  const walk = (part: unknown, path: string, axis: number): void => {
    checkReadable(`element ${path}`, part)
    if (!isNested(part)) {
      if (shape !== undefined && axis < shape.length) {
        throw new RangeError(`element ${path} must be an array of ${shape[axis]}, got ${describeValue(part)}`)
      }
      if (typeof part !== expected) {
        throw new TypeError(`element ${path} must be a ${expected} for dtype ${dtype}, got ${describeValue(part)}`)
      }
      data[next++] = part as E
      return
    }
    if (shape !== undefined) {
      if (axis >= shape.length) {
        throw new RangeError(`element ${path} must be a ${expected}, got ${describeValue(part)}`)
      }
      if (part.length !== shape[axis]) {
        throw new RangeError(
          `element ${path} must be an array of ${shape[axis]} as those before it, got ${part.length}`,
        )
      }
    }
    const partDtype = dtypeOf(part)
    if (partDtype !== undefined && isBig(partDtype) === isBig(dtype)) {
      if (shape !== undefined && axis + 1 < shape.length) {
        throw new RangeError(`element ${path}[0] must be an array of ${shape[axis + 1]}, got a ${expected}`)
      }
      data.set(part as ArrayLike<E>, next)
      next += part.length
      return
    }
    for (let i = 0; i < part.length; i++) walk(part[i], `${path}[${i}]`, axis + 1)
  }
  walk(source, '', 0)
}

function isNested(value: unknown): value is ArrayLike<unknown> {
  return Array.isArray(value) || dtypeOf(value) !== undefined
}
