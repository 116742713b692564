import { expect, test } from 'vitest'
import { type Dtype, SharedArray } from '../src/index.ts'

const factories: readonly [Dtype, new (length: number) => object, number][] = [
  ['f64', Float64Array, 8],
  ['f32', Float32Array, 4],
  ['i8', Int8Array, 1],
  ['u8', Uint8Array, 1],
  ['u8c', Uint8ClampedArray, 1],
  ['i16', Int16Array, 2],
  ['u16', Uint16Array, 2],
  ['i32', Int32Array, 4],
  ['u32', Uint32Array, 4],
  ['i64', BigInt64Array, 8],
  ['u64', BigUint64Array, 8],
]

test.each(factories)('SharedArray.%s makes zeros in shared memory', (dtype, View, bytes) => {
  const array = SharedArray[dtype]([2, 3])
  expect(array.dtype).toBe(dtype)
  expect(array.shape).toEqual([2, 3])
  expect(array.data).toBeInstanceOf(View)
  expect(array.across).toBe('processes')
  expect(SharedArray[dtype](1, { across: 'threads' }).data.buffer).toBeInstanceOf(SharedArrayBuffer)
  expect(array.length).toBe(6)
  expect(array.byteLength).toBe(6 * bytes)
  expect([...array].every(element => Number(element) === 0)).toBe(true)
})

test('elements are kept in row-major order', () => {
  const array = SharedArray.f64([2, 3, 4])
  array.set(7, 1, 2, 3)
  array.set(5, 0, 1, 0)
  expect(array.at(1, 2, 3)).toBe(7)
  expect(array.data[23]).toBe(7)
  expect(array.data[4]).toBe(5)
})

test('a row is a view of the same memory', () => {
  const array = SharedArray.i32([3, 4])
  const row = array.row(1)
  row[2] = 9
  expect(row).toBeInstanceOf(Int32Array)
  expect(row).toHaveLength(4)
  expect(array.at(1, 2)).toBe(9)
  array.set(-4, 1, 0)
  expect(row[0]).toBe(-4)
})

test('a row of three axes holds everything behind the first index', () => {
  const array = SharedArray.from([
    [
      [1, 2],
      [3, 4],
    ],
    [
      [5, 6],
      [7, 8],
    ],
  ])
  expect([...array.row(1)]).toEqual([5, 6, 7, 8])
})

test('rows are an array of their own on the same memory', () => {
  const array = SharedArray.from([
    [1, 2],
    [3, 4],
    [5, 6],
  ])
  const rows = array.rows(1, 3)
  expect(rows.shape).toEqual([2, 2])
  expect(rows.toArray()).toEqual([
    [3, 4],
    [5, 6],
  ])
  rows.set(40, 0, 1)
  expect(array.at(1, 1)).toBe(40)
  expect(rows.rows(1).toArray()).toEqual([[5, 6]])
  expect(array.rows(3).length).toBe(0)
})

test('a subarray is a flat part of the same memory', () => {
  const array = SharedArray.from([
    [1, 2],
    [3, 4],
    [5, 6],
  ])
  const part = array.subarray(1, 4)
  expect(part.shape).toEqual([3])
  expect(part.toArray()).toEqual([2, 3, 4])
  part.fill(0)
  expect(array.toArray()).toEqual([
    [1, 0],
    [0, 0],
    [5, 6],
  ])
})

test('fill writes every element and returns the array', () => {
  const array = SharedArray.u64([2, 2])
  expect(array.fill(3n)).toBe(array)
  expect(array.toArray()).toEqual([
    [3n, 3n],
    [3n, 3n],
  ])
})

test('iteration goes through the elements in order', () => {
  expect([
    ...SharedArray.from([
      [1, 2],
      [3, 4],
    ]),
  ]).toEqual([1, 2, 3, 4])
})

test('elements are converted as typed arrays convert them', () => {
  expect(SharedArray.from([300, -1], { dtype: 'u8' }).toArray()).toEqual([44, 255])
  expect(SharedArray.from([300, -1], { dtype: 'u8c' }).toArray()).toEqual([255, 0])
  expect(SharedArray.from([0.1], { dtype: 'f32' }).at(0)).toBe(Math.fround(0.1))
})

test('an array may have no elements', () => {
  const array = SharedArray.f64([0, 4])
  expect(array.length).toBe(0)
  expect(array.toArray()).toEqual([])
  expect(() => array.at(0, 0)).toThrow('index 0 is out of bounds for axis 0 with extent 0')
})

test('a number is the shape of one axis', () => {
  expect(SharedArray.f64(3).shape).toEqual([3])
})

// CPython: _TestArray.test_array_from_size
test.each(['threads', 'processes'] as const)(
  'M04 a new array is zeros, also where another was before it (%s)',
  across => {
    for (let i = 0; i < 10; i++) {
      const array = SharedArray.i32(10, { across })
      expect(array.toArray()).toEqual(Array.from({ length: 10 }, () => 0))
      array.fill(i + 1)
      array.close()
    }
  },
)

test('the shape cannot be changed afterwards', () => {
  const extents = [2, 2]
  const array = SharedArray.f64(extents)
  extents[0] = 9
  expect(array.shape).toEqual([2, 2])
  expect(Object.isFrozen(array.shape)).toBe(true)
  expect(Object.isFrozen(array.rows(1).shape)).toBe(true)
})

test.each(['threads', 'processes'] as const)('operations in one step return the element before (%s)', across => {
  const array = SharedArray.i32([2, 2], { across })
  array.store(5, 1, 0)
  expect(array.add(3, 1, 0)).toBe(5)
  expect(array.sub(1, 1, 0)).toBe(8)
  expect(array.or(8, 1, 0)).toBe(7)
  expect(array.and(12, 1, 0)).toBe(15)
  expect(array.xor(5, 1, 0)).toBe(12)
  expect(array.exchange(2, 1, 0)).toBe(9)
  expect(array.compareExchange(3, 4, 1, 0)).toBe(2)
  expect(array.compareExchange(2, 4, 1, 0)).toBe(2)
  expect(array.load(1, 0)).toBe(4)
  expect(array.toArray()).toEqual([
    [0, 0],
    [4, 0],
  ])
})
