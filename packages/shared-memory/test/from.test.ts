import { expect, test } from 'vitest'
import { SharedArray } from '../src/index.ts'

// CPython: _TestArray.test_array
test('M03 from copies nested arrays and finds their shape', () => {
  const array = SharedArray.from([
    [1, 2, 3],
    [4, 5, 6],
  ])
  expect(array.dtype).toBe('f64')
  expect(array.shape).toEqual([2, 3])
  expect(array.toArray()).toEqual([
    [1, 2, 3],
    [4, 5, 6],
  ])
})

test('from keeps the dtype of a typed array', () => {
  const source = new Int16Array([1, 2, 3])
  const array = SharedArray.from(source)
  expect(array.dtype).toBe('i16')
  source[0] = 9
  expect(array.toArray()).toEqual([1, 2, 3])
})

test('from takes an array of typed arrays', () => {
  const array = SharedArray.from([new Float32Array([1, 2]), new Float32Array([3, 4])])
  expect(array.dtype).toBe('f32')
  expect(array.toArray()).toEqual([
    [1, 2],
    [3, 4],
  ])
})

test('from makes bigints i64', () => {
  expect(SharedArray.from([1n, -2n]).dtype).toBe('i64')
})

test('from takes another dtype', () => {
  const array = SharedArray.from(new Float64Array([1.9, -1.9]), { dtype: 'i32' })
  expect(array.toArray()).toEqual([1, -1])
})

test('from takes another shape for the same elements', () => {
  expect(SharedArray.from([1, 2, 3, 4, 5, 6], { shape: [3, 2] }).toArray()).toEqual([
    [1, 2],
    [3, 4],
    [5, 6],
  ])
  expect(
    SharedArray.from(
      [
        [1, 2, 3],
        [4, 5, 6],
      ],
      { shape: [3, 2] },
    ).toArray(),
  ).toEqual([
    [1, 2],
    [3, 4],
    [5, 6],
  ])
})

test('from refuses a shape that does not hold the elements', () => {
  expect(() => SharedArray.from([1, 2, 3], { shape: [2, 2] })).toThrow(
    new RangeError('SharedArray.from: shape [2, 2] holds 4 elements, the source has 3'),
  )
})

test('from names the part that is not as long as the others', () => {
  expect(() => SharedArray.from([[1, 2], [3]])).toThrow(
    new RangeError('element [1] must be an array of 2 as those before it, got 1'),
  )
  expect(() => SharedArray.from([[1, 2], 3] as unknown as number[][])).toThrow(
    new RangeError('element [1] must be an array of 2, got 3'),
  )
  expect(() => SharedArray.from([1, [2]] as unknown as number[])).toThrow(
    new RangeError('element [1] must be a number, got an array of 1'),
  )
  expect(() => SharedArray.from([[[1]], new Float64Array([1])] as unknown as number[][])).toThrow(
    new RangeError('element [1][0] must be an array of 1, got a number'),
  )
})

test('from names the element that is not a number', () => {
  expect(() =>
    SharedArray.from([
      [1, 2],
      [3, '4'],
    ] as unknown as number[][]),
  ).toThrow(new TypeError('element [1][1] must be a number for dtype f64, got "4"'))
  expect(() => SharedArray.from([1n, 2] as unknown as bigint[])).toThrow(
    new TypeError('element [1] must be a bigint for dtype i64, got 2'),
  )
  expect(() => SharedArray.from([1], { dtype: 'u64' })).toThrow(
    new TypeError('element [0] must be a bigint for dtype u64, got 1'),
  )
  expect(() => SharedArray.from(new BigInt64Array(1), { dtype: 'f64' })).toThrow(
    new TypeError('element [0] must be a number for dtype f64, got 0n'),
  )
  expect(() => SharedArray.from([1, undefined] as unknown as number[])).toThrow(
    'element [1] must be a number for dtype f64, got undefined',
  )
})

test('from refuses what is not an array', () => {
  for (const [value, name] of [
    ['text', '"text"'],
    [3, '3'],
    [null, 'null'],
    [new Map(), 'an instance of Map'],
  ] as const) {
    expect(() => SharedArray.from(value as unknown as number[])).toThrow(
      new TypeError(`SharedArray.from takes an array or a typed array, got ${name}`),
    )
  }
})
