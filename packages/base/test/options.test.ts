import { expect, test } from 'vitest'
import { FutureResolver } from '../src/index.ts'
import { checkDuration, checkOptionNames, describeValue, suggestion } from '../src/options.ts'

const detached = new Uint8Array(4)
structuredClone(detached, { transfer: [detached.buffer] })

test.for([
  ['timeout', 'timeoutMs'],
  ['Jobs', 'jobs'],
  ['n_jobs', 'jobs'],
] as const)('%s is answered with %s', ([name, nearest]) => {
  expect(suggestion(name, ['jobs', 'timeoutMs', 'backend'], { n_jobs: 'jobs' })).toBe(`; did you mean \`${nearest}\`?`)
})

test('a name that resembles none is answered with all of them', () => {
  expect(suggestion('xyzzy', ['jobs', 'backend'])).toBe('; known: jobs, backend')
})

test('options must be an object', () => {
  expect(() => checkOptionNames('Parallel', 5 as never, [])).toThrow('Parallel takes an options object, got 5')
  expect(() => checkOptionNames('Parallel', null as never, [])).toThrow('Parallel takes an options object, got null')
  expect(() => checkOptionNames('Parallel', Promise.resolve({}), [])).toThrow(
    'Parallel takes an options object, got a Promise (is an `await` missing?)',
  )
})

test.for([
  ['text', '"text"'],
  [10n, '10n'],
  [[1, 2], 'an array of 2'],
  [{ a: 1 }, 'an object'],
  [new Map(), 'an instance of Map'],
  [Promise.resolve(), 'a Promise (is an `await` missing?)'],
  [new FutureResolver().future, 'a Future (is an `await` missing?)'],
  [detached, 'an instance of Uint8Array whose buffer is detached (it was transferred or closed)'],
  [Object.create(null), 'an object'],
  [Symbol('s'), 'Symbol(s)'],
  [function named() {}, 'function named'],
  [undefined, 'undefined'],
] as const)('describes %o', ([value, text]) => {
  expect(describeValue(value)).toBe(text)
})

test('a Proxy is described without asking it', () => {
  const unreachable = (): never => expect.unreachable()
  const traps = { get: unreachable, getPrototypeOf: unreachable }
  expect([describeValue(new Proxy({}, traps)), describeValue(new Proxy(() => {}, traps))]).toEqual([
    'a Proxy',
    'a Proxy',
  ])
})

test('a duration that no timer can hold is refused, because such a timer fires at once', () => {
  expect(() => checkDuration('timeoutMs', 1e12)).toThrow(
    new RangeError('timeoutMs must be at most 2147483647 milliseconds, or Infinity for no limit, got 1000000000000'),
  )
  for (const allowed of [undefined, 1, 2 ** 31 - 1, Infinity]) {
    expect(() => checkDuration('timeoutMs', allowed)).not.toThrow()
  }
})
