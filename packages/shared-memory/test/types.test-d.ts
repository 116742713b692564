import { expectTypeOf, test } from 'vitest'
import { SharedArray, Value } from '../src/index.ts'

test('data has the type of its dtype', () => {
  expectTypeOf(SharedArray.f64([2, 3]).data).toEqualTypeOf<Float64Array>()
  expectTypeOf(SharedArray.u8c(3).row(0)).toEqualTypeOf<Uint8ClampedArray>()
  expectTypeOf(SharedArray.f32(1)).toEqualTypeOf<SharedArray<'f32'>>()
})

test('i64 and u64 are bigints, everything else is a number', () => {
  expectTypeOf(SharedArray.i64(1).at(0)).toEqualTypeOf<bigint>()
  expectTypeOf(SharedArray.u64(1).fill).parameter(0).toEqualTypeOf<bigint>()
  expectTypeOf(SharedArray.u32(1).at(0)).toEqualTypeOf<number>()
  expectTypeOf(new Value('u64').value).toEqualTypeOf<bigint>()
  expectTypeOf(new Value('f64', 1).value).toEqualTypeOf<number>()
  // @ts-expect-error a bigint is no number
  SharedArray.f64(1).set(1n, 0)
})

test('from infers the dtype', () => {
  expectTypeOf(
    SharedArray.from([
      [1, 2],
      [3, 4],
    ]),
  ).toEqualTypeOf<SharedArray<'f64'>>()
  expectTypeOf(SharedArray.from([1n])).toEqualTypeOf<SharedArray<'i64'>>()
  expectTypeOf(SharedArray.from(new Int16Array(2))).toEqualTypeOf<SharedArray<'i16'>>()
  expectTypeOf(SharedArray.from([new Uint8Array(2)])).toEqualTypeOf<SharedArray<'u8'>>()
  expectTypeOf(SharedArray.from([1, 2], { dtype: 'u8' })).toEqualTypeOf<SharedArray<'u8'>>()
  const rows: number[][] = []
  expectTypeOf(SharedArray.from(rows)).toEqualTypeOf<SharedArray<'f64'>>()
})

test('atomic operations exist on integers only', () => {
  expectTypeOf(new Value('i32').add(1)).toEqualTypeOf<number>()
  expectTypeOf(new Value('i64').compareExchange(1n, 2n)).toEqualTypeOf<bigint>()
  // @ts-expect-error a float has none
  void (() => new Value('f64').add(1))
})
