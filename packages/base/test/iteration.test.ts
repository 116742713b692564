import { expect, test } from 'vitest'
import { openInput, readStep } from '../src/index.ts'

test.for([
  [undefined, /^f takes an iterable or async iterable of items, got undefined$/],
  [{}, /got an object/],
  [
    { [Symbol.iterator]: () => undefined },
    /^f: \[Symbol\.iterator\]\(\) of the input must return an iterator, got undefined$/,
  ],
  [
    { [Symbol.asyncIterator]: () => ({}) },
    /^f: \[Symbol\.asyncIterator\]\(\) of the input must return an iterator, got an object$/,
  ],
] as const)('%o is refused as an input', ([input, message]) => {
  expect(() => openInput('f', 'items', input)).toThrow(message)
})

test('an input that is iterable in both ways is opened as an async one', () => {
  const both = {
    [Symbol.iterator]: () => [][Symbol.iterator](),
    [Symbol.asyncIterator]: () => (async function* () {})(),
  }
  expect(openInput('f', 'items', both)).toHaveProperty('async')
})

test('a step is read once, and by its truth', () => {
  let reads = 0
  const step = {
    get value() {
      return ++reads
    },
  }
  expect([readStep(step), reads, readStep({ done: 1, value: 2 }), readStep({ done: false, value: undefined })]).toEqual(
    [{ value: 1 }, 1, undefined, { value: undefined }],
  )
})

test.for([undefined, null, 5, 'step'])('a step that is %o is refused', step => {
  expect(() => readStep(step)).toThrow(/next\(\) of the input must return an object \{ done, value \}, got /)
})

test('a promise is no step of a synchronous input', () => {
  expect(() => readStep(Promise.resolve({ done: true }))).toThrow('an async input needs [Symbol.asyncIterator]')
})
