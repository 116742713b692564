import { newSharedId } from '@manyhands/base'
import { InvalidStateError } from '@manyhands/core'
import { expect, test } from 'vitest'
import { ShareableList, type ShareableValue, SharedMemory } from '../src/index.ts'

const mixed: readonly ShareableValue[] = [
  'howdy',
  new Uint8Array([72, 111, 0]),
  -273.154,
  100n,
  null,
  true,
  42,
  'snow ☃',
  '',
]

// CPython: test_shared_memory_ShareableList_basics
test('M16 a list holds what it was given, by index from both ends and by iteration', () => {
  const list = new ShareableList(mixed)
  expect(list.length).toBe(9)
  expect(list.toArray()).toEqual(mixed)
  expect([...list]).toEqual(mixed)
  expect([list.get(0), list.get(-2), list.get(5)]).toEqual(['howdy', 'snow ☃', true])
  expect(Array.from(mixed, (_, i) => list.format(i))).toEqual([
    'string',
    'bytes',
    'number',
    'bigint',
    'null',
    'boolean',
    'number',
    'string',
    'string',
  ])
})

test('M16 an index outside is refused', () => {
  const list = new ShareableList([1, 2])
  expect(() => list.get(2)).toThrow(new RangeError('index 2 is out of bounds for a list of 2'))
  expect(() => list.set(-3, 1)).toThrow(new RangeError('index -3 is out of bounds for a list of 2'))
  expect(() => list.get(0.5)).toThrow(RangeError)
})

test('M16 elements are replaced in place, by other kinds as well, when they fit', () => {
  const list = new ShareableList(['howdy', 1, 'x'.repeat(20), null])
  list.set(0, 'dry')
  list.set(1, 2n ** 62n)
  list.set(2, new Uint8Array(20).fill(9))
  list.set(-1, false)
  expect(list.toArray()).toEqual(['dry', 2n ** 62n, new Uint8Array(20).fill(9), false])
  list.set(1, 'four')
  expect(list.get(1)).toBe('four')
  expect(() => list.set(1, 'fives')).toThrow(
    new RangeError('element 1 has room for 8 bytes, the new value takes 9: it exceeds the available storage'),
  )
  expect(list.get(1)).toBe('four')
})

test('an element has the room that the docstring says', () => {
  const list = new ShareableList(['howdy', 1, new Uint8Array(5)])
  for (const index of [0, 2]) {
    list.set(index, 'x'.repeat(12))
    expect(list.get(index)).toBe('x'.repeat(12))
    expect(() => list.set(index, 'x'.repeat(13))).toThrow(/room for 16 bytes, the new value takes 17/)
    list.set(index, new Uint8Array(12).fill(1))
  }
  list.set(0, '☃☃☃☃')
  expect(() => list.set(0, '☃☃☃☃☃')).toThrow(RangeError)
  expect(list.get(0)).toBe('☃☃☃☃')
})

test('any text survives: halves of surrogate pairs, zeros, the characters around them', () => {
  const units = ['\ud800', '\udbff', '\udc00', '\udfff', '\ud7ff', '\ue000', '\ufffd', '\0', 'a', '😀']
  const all = ['', ...units].flatMap(a => ['', ...units].flatMap(b => units.map(c => a + b + c)))
  const list = new ShareableList(all)
  expect(list.toArray()).toEqual(all)
  const place = new ShareableList(['x'.repeat(60)])
  for (const text of all) {
    place.set(0, text)
    expect(place.get(0)).toBe(text)
  }
})

test('a writer that died leaves what was there before, and does not hold up the next one for ever', () => {
  const list = new ShareableList(['before'])
  // The words of element 0, STATE and WRITER, follow the head of 8 bytes and two Uint32.
  new Int32Array(list.memory.buffer)[5] = 12345
  expect(list.get(0)).toBe('before')
  list.set(0, 'after')
  expect([list.get(0), new Int32Array(list.memory.buffer)[5]]).toEqual(['after', 0])
})

test('what a list cannot hold is refused by name', () => {
  expect(() => new ShareableList([1, {} as never])).toThrow(
    new TypeError('element 1 must be a number, bigint, boolean, string, Uint8Array or null, got an object'),
  )
  expect(() => new ShareableList([2n ** 63n])).toThrow(
    new RangeError('element 0 must fit into 64 bits, got 9223372036854775808n'),
  )
  expect(() => new ShareableList([1]).set(0, undefined as never)).toThrow(TypeError)
})

test('M16 elements are counted and found', () => {
  const list = new ShareableList([1, 'a', 1, Number.NaN, new Uint8Array([1, 2])])
  expect([list.count(1), list.count('b'), list.count(Number.NaN), list.count(new Uint8Array([1, 2]))]).toEqual([
    2, 0, 1, 1,
  ])
  expect([list.indexOf('a'), list.indexOf(1), list.indexOf('b')]).toEqual([1, 0, -1])
})

test('M16 a copy is independent, a second handle is not', () => {
  const name = `test-${newSharedId()}`
  const list = new ShareableList([1, 2, 3], { name })
  const copy = list.copy()
  const same = ShareableList.attach(name)
  list.set(0, 9)
  expect([copy.get(0), same.get(0)]).toEqual([1, 9])
  list.memory.unlink()
  list.close()
  expect(() => list.get(0)).toThrow(InvalidStateError)
  expect(same.toArray()).toHaveLength(same.length) // its access is its own
})

test('M16 an empty list works', () => {
  const list = new ShareableList([])
  expect([list.length, list.toArray(), list.count(1)]).toEqual([0, [], 0])
  expect(() => list.get(0)).toThrow(RangeError)
})

test('memory of something else is no list', () => {
  const memory = SharedMemory.create(64)
  expect(() => ShareableList.attach(memory.name)).toThrow(
    new TypeError(`"${memory.name}" names shared memory that is no ShareableList`),
  )
  memory.unlink()
})
