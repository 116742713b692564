import { InvalidStateError } from '@manyhands/base'
import type { Region } from '@manyhands/core'
import type { AcrossOption } from './across.ts'
import type { Dtype } from './dtype.ts'
import type { Shape } from './shape.ts'

export interface SharedArrayOptions {
  /**
   * Who can share the memory: `'threads'`, `'processes'` (and threads), or `'auto'`, processes where this machine can.
   * @default 'auto'
   */
  readonly across?: AcrossOption | undefined
}

export interface SharedArrayFromOptions<D extends Dtype = Dtype> extends SharedArrayOptions {
  /** @default that of a typed array; i64 for bigints, f64 for numbers */
  readonly dtype?: D | undefined
  /** A new shape for the same elements. @default that of the nested array */
  readonly shape?: number | Shape | undefined
}

/** What travels instead of an array: a view of a region. */
export interface ArrayHandle<D extends Dtype> {
  readonly region: Region
  readonly dtype: D
  readonly shape: Shape
  readonly byteOffset: number
}

/** The same view of the same region is the same array. */
export function idOf({ region, dtype, shape, byteOffset }: ArrayHandle<Dtype>): string {
  return `${region.id}/${dtype}/${byteOffset}/${shape.join('x')}`
}

export function closed(): never {
  throw new InvalidStateError('the memory of this array was closed')
}
