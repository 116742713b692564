import { describeValue } from '@manyhands/base'
import type { SharedArrayFromOptions } from './array-handle.ts'
import type { Dtype } from './dtype.ts'
import { describeShape, type Shape, sizeOf, toShape } from './shape.ts'
import { sourceDtype, sourceShape, sourceSize } from './source.ts'

/**
 * The dtype and shape of a shared copy of `source`.
 *
 * @throws TypeError when it is no array; RangeError when it has not as many elements as `options.shape` holds
 */
export function planFrom(
  source: unknown,
  options: SharedArrayFromOptions,
): { readonly dtype: Dtype; readonly shape: Shape } {
  const found = sourceShape(source)
  if (found.length === 0) {
    throw new TypeError(`SharedArray.from takes an array or a typed array, got ${describeValue(source)}`)
  }
  const dtype = options.dtype ?? sourceDtype(source)
  const shape = options.shape === undefined ? found : toShape('SharedArray.from', options.shape)
  if (options.shape !== undefined && sourceSize(source) !== sizeOf(shape)) {
    throw new RangeError(
      `SharedArray.from: shape ${describeShape(shape)} holds ${sizeOf(shape)} elements, the source has ` +
        `${sourceSize(source)}`,
    )
  }
  return { dtype, shape }
}
