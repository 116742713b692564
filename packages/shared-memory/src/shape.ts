import { describeValue } from '@manyhands/base'

/** How many elements there are along each axis, the slowest axis first (row-major, as in C). */
export type Shape = readonly number[]

/**
 * A copy of `shape`; a number is the shape of one axis.
 *
 * @throws TypeError when it is neither a number nor an array of at least one number
 * @throws RangeError when an extent is not an integer >= 0, or the elements are too many to count
 */
export function toShape(where: string, shape: unknown): Shape {
  const extents: readonly unknown[] | undefined =
    typeof shape === 'number' ? [shape] : Array.isArray(shape) ? shape : undefined
  if (extents === undefined || extents.length === 0) {
    throw new TypeError(
      `${where}: shape must be a number or an array of at least one number, got ${describeValue(shape)}`,
    )
  }
  extents.forEach((extent, axis) => {
    if (typeof extent !== 'number' || !Number.isInteger(extent) || extent < 0) {
      throw new RangeError(`${where}: shape[${axis}] must be an integer >= 0, got ${describeValue(extent)}`)
    }
  })
  const copy: Shape = extents.map(Number)
  if (!Number.isSafeInteger(sizeOf(copy))) {
    throw new RangeError(`${where}: shape ${describeShape(copy)} holds too many elements`)
  }
  return copy
}

/** The number of elements. */
export function sizeOf(shape: Shape): number {
  return shape.reduce((size, extent) => size * extent, 1)
}

export function describeShape(shape: Shape): string {
  return `[${shape.join(', ')}]`
}

/**
 * Where the element at `indices` lies, in elements from the start.
 *
 * @throws TypeError when there are not as many indices as axes
 * @throws RangeError naming index, axis and extent when one is outside
 */
export function offsetOf(shape: Shape, indices: readonly number[]): number {
  if (indices.length !== shape.length) {
    throw new TypeError(
      `shape ${describeShape(shape)} takes ${shape.length} ${shape.length === 1 ? 'index' : 'indices'}, got ` +
        `${indices.length}`,
    )
  }
  let offset = 0
  for (let axis = 0; axis < shape.length; axis++) {
    const index = indices[axis] ?? Number.NaN
    const extent = shape[axis] ?? 0
    if (!(index >= 0 && index < extent) || !Number.isInteger(index)) throw outside(index, axis, extent)
    offset = offset * extent + index
  }
  return offset
}

/**
 * Checks a half-open range.
 *
 * @throws RangeError unless 0 <= from <= to <= extent
 */
export function checkRange(where: string, from: number, to: number, extent: number): void {
  for (const [name, end] of [
    ['from', from],
    ['to', to],
  ] as const) {
    if (typeof end !== 'number' || !Number.isInteger(end) || end < 0 || end > extent) {
      throw new RangeError(`${where}: ${name} must be an integer from 0 to ${extent}, got ${describeValue(end)}`)
    }
  }
  if (from > to) throw new RangeError(`${where}: from must not be after to, got ${from} and ${to}`)
}

function outside(index: unknown, axis: number, extent: number): RangeError {
  return new RangeError(
    typeof index === 'number' && Number.isInteger(index)
      ? `index ${index} is out of bounds for axis ${axis} with extent ${extent}`
      : `an index must be an integer, got ${describeValue(index)} for axis ${axis} with extent ${extent}`,
  )
}
