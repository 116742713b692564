import { expect, test } from 'vitest'
import { explain } from '../src/index.ts'

test('explain shows what would travel', () => {
  const factor = 3
  const scale = (x: number): number => x * factor
  const text = explain((x: number) => Math.round(scale(x)))
  expect(text).toMatch(
    new RegExp(
      '^function \\(anonymous\\), by value from explain\\.test\\.ts:\\d+\\n' +
        ' {2}scale: function scale, by value from explain\\.test\\.ts:\\d+\\n {4}factor: 3$',
    ),
  )
  const db = { socket: new WeakRef({}) }
  expect(explain(() => db)).toMatch(
    new RegExp(
      '^function \\(anonymous\\), by value from .*\\n {2}db: object\\n' +
        ' {4}socket: ✗ it is a WeakRef\\. Hint: send what it refers to\\.$',
    ),
  )
})

test('explain shows all that cannot travel, beside what can', () => {
  class Client {
    #key = ['k', Symbol.iterator]
    #seen = new WeakRef<object>({})
    used(id: object): unknown {
      return this.#seen.deref() === id && this.#key
    }
  }
  const services = { client: new Client(), pending: Promise.resolve(), limit: 3 }
  const text = explain({ services, list: [1, 2] })
  expect(text.split('\n')).toEqual([
    'object',
    '  services: object',
    '    client: object',
    '      #key: array',
    '        0: "k"',
    '        1: symbol',
    '      #seen: ✗ it is a WeakRef. Hint: send what it refers to.',
    '    pending: ✗ it is a Promise. Hint: await it first and send its result.',
    '    limit: 3',
    '  list: data (Array)',
  ])
})
