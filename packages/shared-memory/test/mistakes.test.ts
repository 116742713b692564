import { InvalidStateError } from '@manyhands/core'
import { expect, test } from 'vitest'
import {
  type Dtype,
  ShareableList,
  SharedArray,
  SharedMemory,
  SharedStruct,
  struct,
  StructArray,
  Value,
} from '../src/index.ts'

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
  expect(() => array.set(1n as unknown as number, 0, 0)).toThrow(
    new TypeError('set takes a number for dtype f64, got 1n'),
  )
  expect(() => array.set('text' as unknown as number, 0, 0)).toThrow(
    new TypeError('set takes a number for dtype f64, got "text"'),
  )
  const integers = SharedArray.i64(1)
  const text = 'text' as unknown as bigint
  for (const use of [
    () => integers.set(text, 0),
    () => integers.store(text, 0),
    () => integers.exchange(text, 0),
    () => integers.compareExchange(0n, text, 0),
    ...(['add', 'sub', 'and', 'or', 'xor'] as const).map(method => () => integers[method](text, 0)),
  ]) {
    expect(use).toThrow(/takes a bigint for dtype i64, got "text"$/)
  }
  expect([array.at(0, 0), integers.at(0)]).toEqual([0, 0n])
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

test('a class whose objects are made by functions names them', () => {
  for (const [Class, message] of [
    [SharedArray, '`new SharedArray` is not for programs: write SharedArray.f64(shape), or SharedArray.from(values)'],
    [
      SharedMemory,
      '`new SharedMemory` is not for programs: write SharedMemory.create(byteLength), or SharedMemory.attach(name)',
    ],
    [SharedStruct, '`new SharedStruct` is not for programs: write struct(fields).create(values)'],
    [StructArray, '`new StructArray` is not for programs: write struct(fields).array(length)'],
  ] as const) {
    const Public = Class as unknown as new (size?: number) => object
    expect(() => new Public(10)).toThrow(new TypeError(message))
    expect(() => new Public()).toThrow(new TypeError(message))
  }
})

test('a forgotten await is named', async () => {
  const promised = Promise.resolve([1, 2])
  expect(() => SharedArray.from(promised as never)).toThrow(
    new TypeError('SharedArray.from takes an array or a typed array, got a Promise (is an `await` missing?)'),
  )
  expect(() => SharedArray.f64(2, promised as never)).toThrow(
    new TypeError('SharedArray.f64 takes an options object, got a Promise (is an `await` missing?)'),
  )
  expect(() => new Value('i32', 1, { lock: promised as never })).toThrow(/got a Promise \(is an `await` missing\?\)/)
  expect(() => array.set(promised as never, 0, 0)).toThrow(/got a Promise/)
})

test('data that only looks like numbers says what it is', () => {
  const transferred = new Float64Array(4)
  structuredClone(transferred, { transfer: [transferred.buffer] })
  const closed = SharedArray.u8(4, { across: 'processes' })
  const closedData = closed.data
  closed.close()
  const proxy = new Proxy(new Uint8Array(4), {})
  const list = new ShareableList([new Uint8Array(4)])
  const record = struct({ tag: ['u8', 4] }).create()
  for (const [data, what] of [
    [transferred, 'an instance of Float64Array whose buffer is detached (it was transferred or closed)'],
    [closedData, 'an instance of Uint8Array whose buffer is detached (it was transferred or closed)'],
    [proxy, 'a Proxy'],
  ] as const) {
    expect(() => SharedArray.from(data)).toThrow(new TypeError(`SharedArray.from: cannot read the elements of ${what}`))
    expect(() => SharedArray.from([data])).toThrow(new TypeError(`element [0]: cannot read the elements of ${what}`))
    expect(() => list.set(0, data as Uint8Array)).toThrow(
      new TypeError(`element 0: cannot read the elements of ${what}`),
    )
    expect(() => void (record.tag = data as Uint8Array)).toThrow(
      new TypeError(`field \`tag\`: cannot read the elements of ${what}`),
    )
  }
  expect(SharedArray.from(new Proxy([1, 2], {})).toArray()).toEqual([1, 2])
})

test('a write to what is no field of a struct is refused', async () => {
  const kind = struct({ x: 'f64', count: 'i32' })
  for (const one of [kind.create(), kind.array(2).at(1)]) {
    const loose = one as unknown as Record<string, unknown>
    expect(() => void (loose['cuont'] = 1)).toThrow(
      new TypeError('the struct has no field `cuont`; did you mean `count`?'),
    )
    expect(() => Object.assign(loose, { x: 1, extra: 2 })).toThrow(
      new TypeError('the struct has no field `extra`; known: x, count'),
    )
    expect([one.x, loose['extra'], await Promise.resolve(one)]).toEqual([1, undefined, one])
  }
})
