import { InvalidStateError } from '@manyhands/core'
import { expect, test } from 'vitest'
import { type Dtype, SharedArray, struct, Value } from '../src/index.ts'

const array = SharedArray.f64([3, 4])

test('an index outside names index, axis and extent', () => {
  expect(() => array.at(3, 0)).toThrow(new RangeError('index 3 is out of bounds for axis 0 with extent 3'))
  expect(() => array.at(0, -1)).toThrow(new RangeError('index -1 is out of bounds for axis 1 with extent 4'))
  expect(() => array.set(1, 0, 4)).toThrow(new RangeError('index 4 is out of bounds for axis 1 with extent 4'))
  expect(() => array.row(3)).toThrow(new RangeError('index 3 is out of bounds for axis 0 with extent 3'))
})

test('an index that is not an integer is refused', () => {
  expect(() => array.at(0.5, 0)).toThrow(
    new RangeError('an index must be an integer, got 0.5 for axis 0 with extent 3'),
  )
  expect(() => array.at(Number.NaN, 0)).toThrow('got NaN for axis 0')
  expect(() => array.at('1' as unknown as number, 0)).toThrow(
    'an index must be an integer, got "1" for axis 0 with extent 3',
  )
})

test('too few or too many indices are refused', () => {
  expect(() => array.at(1)).toThrow(new TypeError('shape [3, 4] takes 2 indices, got 1'))
  expect(() => array.set(1, 0, 0, 0)).toThrow(new TypeError('shape [3, 4] takes 2 indices, got 3'))
  expect(() => SharedArray.f64(3).at()).toThrow(new TypeError('shape [3] takes 1 index, got 0'))
})

test('a range outside is refused', () => {
  expect(() => array.rows(1, 4)).toThrow(new RangeError('SharedArray.rows: to must be an integer from 0 to 3, got 4'))
  expect(() => array.rows(-1)).toThrow(new RangeError('SharedArray.rows: from must be an integer from 0 to 3, got -1'))
  expect(() => array.rows(2, 1)).toThrow(new RangeError('SharedArray.rows: from must not be after to, got 2 and 1'))
  expect(() => array.subarray(0, 13)).toThrow(
    new RangeError('SharedArray.subarray: to must be an integer from 0 to 12, got 13'),
  )
})

test('a bad shape is refused', () => {
  expect(() => SharedArray.f64([2, -1])).toThrow(
    new RangeError('SharedArray.f64: shape[1] must be an integer >= 0, got -1'),
  )
  expect(() => SharedArray.u8([1.5])).toThrow(
    new RangeError('SharedArray.u8: shape[0] must be an integer >= 0, got 1.5'),
  )
  expect(() => SharedArray.f64([])).toThrow(
    new TypeError('SharedArray.f64: shape must be a number or an array of at least one number, got an array of 0'),
  )
  expect(() => SharedArray.f64('3' as unknown as number)).toThrow(
    new TypeError('SharedArray.f64: shape must be a number or an array of at least one number, got "3"'),
  )
  expect(() => SharedArray.f64([2 ** 30, 2 ** 30])).toThrow(
    'SharedArray.f64: shape [1073741824, 1073741824] holds too many elements',
  )
})

test('an unknown dtype is answered with the nearest known one', () => {
  expect(() => SharedArray.create('f6' as Dtype, 1)).toThrow(
    new TypeError('SharedArray knows no dtype `f6`; did you mean `f64`?'),
  )
  expect(() => SharedArray.from([1], { dtype: 'float32' as Dtype })).toThrow(
    new TypeError('SharedArray knows no dtype `float32`; did you mean `f32`?'),
  )
  expect(() => new Value('double' as Dtype)).toThrow(
    new TypeError('Value knows no dtype `double`; did you mean `f64`?'),
  )
  expect(() => new Value(undefined as unknown as Dtype)).toThrow('Value knows no dtype undefined; known: f64, f32')
})

test('an unknown option is answered with the nearest known one', () => {
  expect(() => SharedArray.f64(1, { acros: 'auto' } as object)).toThrow(
    new TypeError('SharedArray.f64 has no option `acros`; did you mean `across`?'),
  )
  expect(() => SharedArray.from([1], { type: 'f64' } as object)).toThrow(
    new TypeError('SharedArray.from has no option `type`; did you mean `dtype`?'),
  )
})

test('an unknown across is refused', () => {
  const across = { across: 'cluster' } as unknown as { across: 'auto' }
  expect(() => SharedArray.f64(1, across)).toThrow(
    new RangeError("SharedArray.f64: across must be 'auto', 'threads' or 'processes', got \"cluster\""),
  )
  expect(() => new Value('i32', 0, across)).toThrow(RangeError)
  expect(() => struct({ x: 'f64' }).create({}, across)).toThrow(RangeError)
})

test('what was closed says so instead of giving undefined', () => {
  for (const across of ['threads', 'processes'] as const) {
    const closed = SharedArray.i32([2, 3], { across })
    const rows = closed.rows(0, 1)
    closed.close()
    closed.close()
    expect(closed.data.length).toBe(0)
    for (const use of [
      () => closed.at(0, 0),
      () => closed.set(1, 0, 0),
      () => closed.row(0),
      () => closed.rows(0),
      () => closed.add(1, 0, 0),
      () => closed.fill(1),
      () => closed.toArray(),
      () => rows.subarray(0),
    ]) {
      expect(use).toThrow(new InvalidStateError('the memory of this array was closed'))
    }
  }
})

test('a value of the wrong kind is refused', () => {
  expect(() => array.fill(1n as unknown as number)).toThrow(new TypeError('fill takes a number for dtype f64, got 1n'))
  expect(() => array.set(1n as unknown as number, 0, 0)).toThrow(TypeError)
  expect(() => new Value('i64', 1 as unknown as bigint)).toThrow(
    new TypeError('a Value of dtype i64 takes a bigint, got 1'),
  )
  expect(() => new Value('i32').add(1n as unknown as number)).toThrow(
    new TypeError('a Value of dtype i32 takes a number, got 1n'),
  )
})

test('only integers have operations in one step', () => {
  const floats = array as unknown as SharedArray<'i32'>
  for (const use of [() => floats.add(1, 0, 0), () => floats.load(0, 0), () => floats.compareExchange(0, 1, 0, 0)]) {
    expect(use).toThrow('needs an integer dtype such as i32, this one is f64')
  }
})
