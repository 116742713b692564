import { expect, test } from 'vitest'
import { plainJson } from '../../src/values/plain-json.ts'

const accessor = Object.defineProperty({ a: 1 }, 'b', { enumerable: true, get: () => 2 })
const hidden = Object.defineProperty({ a: 1 }, 'b', { value: 2 })
const shared = { a: 1 }
const cyclic: { self?: unknown; a: number } = { a: 1 }
cyclic.self = cyclic
function argumentsOf(_a: number, _b: number): object {
  return arguments // oxlint-disable-line prefer-rest-params
}
class Point {
  x = 1
}
const values: readonly (readonly [string, object, 'kept' | 'left'])[] = [
  [
    'a record',
    {
      id: 17,
      name: 'Ada',
      tags: ['a', 'ü', '\u{1F600}', '\u2028"\\\0'],
      at: { lat: 1.234567, lng: -3.25 },
      ok: true,
      none: null,
    },
    'kept',
  ],
  ['numbers at the ends', [0, -1, 2 ** 53, 1e300, 5e-324, 0.1 + 0.2, -1e21], 'kept'],
  ['a lone surrogate', { text: 'a\uD800' }, 'kept'],
  ['keys of all kinds', { '': 1, '2': 2, '1': 1, 'a b': 3, ['__proto__']: { x: 1 }, toString: 'own' }, 'kept'],
  ['empty strings and arrays', { a: '', b: [], c: [[], ['']] }, 'kept'],
  ['what is nested deeply', [[[[[[[[1]]]]]]]], 'kept'],
  ['no members', {}, 'left'],
  ['no members inside', [{}], 'left'],
  ['NaN', [NaN], 'left'],
  ['Infinity', { a: -Infinity }, 'left'],
  ['-0', { a: -0 }, 'left'],
  ['undefined', { a: undefined }, 'left'],
  ['undefined in an array', [undefined], 'left'],
  ['a hole', [1, , 2], 'left'], // oxlint-disable-line no-sparse-arrays
  ['a hole and a name', Object.assign([1, , 2], { name: 1 }), 'left'], // oxlint-disable-line no-sparse-arrays
  ['an array with a name', Object.assign([1, 2], { name: 'x' }), 'left'],
  ['an array with a hidden name', Object.defineProperty([1, 2], 'raw', { value: [1] }), 'left'],
  ['an array with a symbol', Object.assign([1], { [Symbol.iterator]: 1 }), 'left'],
  ['a bigint', { a: 1n }, 'left'],
  ['a function', { a: () => 1 }, 'left'],
  ['a symbol', { a: Symbol.iterator }, 'left'],
  ['a symbol key', { a: 1, [Symbol.iterator]: 1 }, 'left'],
  ['an accessor', accessor, 'left'],
  ['a hidden property', hidden, 'left'],
  ['an object met twice', [shared, shared], 'left'],
  ['a cycle', cyclic, 'left'],
  ['an instance', new Point(), 'left'],
  ['an instance inside', { point: new Point() }, 'left'],
  ['no prototype', Object.assign(Object.create(null) as object, { a: 1 }), 'left'],
  ['a subclass of Array', new (class Row extends Array<number> {})(1, 2), 'left'],
  ['an object that claims to be an array', Object.setPrototypeOf({ length: 0 }, Array.prototype) as object, 'left'],
  ['toJSON', { a: 1, toJSON: 5 }, 'left'],
  ['a Proxy', new Proxy({ a: 1 }, {}), 'left'],
  ['a Date', { at: new Date() }, 'left'],
  ['a Map', new Map([[1, 2]]), 'left'],
  ['bytes', { bytes: new Uint8Array(2) }, 'left'],
  ['a boxed number', [Object(1)], 'left'],
  ['arguments', argumentsOf(1, 2), 'left'],
  ['an error that poses as plain', Object.setPrototypeOf(new Error('x'), Object.prototype) as object, 'left'],
  ...[new Number(5), new Date(), new Map([[1, 2]]), new Set([1]), new Uint8Array(2), /x/, new Error('x')].map(
    other =>
      [
        `${other.constructor.name} in disguise`,
        Object.assign(Object.setPrototypeOf(other, Object.prototype) as object, { a: 1 }),
        'left',
      ] as const,
  ),
  ['a long text', { text: 'x'.repeat(70_000) }, 'left'],
  ['many members', Array.from({ length: 1000 }, () => 1), 'left'],
  ['many objects', Array.from({ length: 20 }, () => [1]), 'left'],
]

test.each(values)('JSON of %s', (_, value, kind) => {
  const json = plainJson(value)
  expect(json === undefined ? 'left' : 'kept').toBe(kind)
  if (json === undefined) return
  const copy: unknown = JSON.parse(json)
  expect(copy).toStrictEqual(value)
  expect(Object.keys(copy as object)).toEqual(Object.keys(value))
})

test('an accessor is not called, and where one is, what it throws is left to others', () => {
  let calls = 0
  expect(plainJson(Object.defineProperty({}, 'a', { enumerable: true, get: () => ++calls }))).toBeUndefined()
  expect(calls).toBe(0)
  const throws = (): never => {
    throw new Error('not now')
  }
  expect(plainJson(Object.defineProperty([1], 0, { enumerable: true, get: throws }))).toBeUndefined()
})

test('an item that sends something itself, when it is read, does not confuse the walk', () => {
  const inside = Object.defineProperty([0], 0, { enumerable: true, get: () => plainJson({ a: 1 })?.length })
  expect(plainJson([shared, inside, shared])).toBeUndefined()
})

test('where plain objects have got a toJSON nothing is kept', () => {
  // oxlint-disable-next-line no-extend-native
  Object.defineProperty(Object.prototype, 'toJSON', { value: () => 1, configurable: true })
  try {
    expect([plainJson({ a: 1 }), plainJson([1])]).toEqual([undefined, undefined])
  } finally {
    delete (Object.prototype as { toJSON?: unknown }).toJSON
  }
})
