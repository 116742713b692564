import { deserialize, serialize } from 'node:v8'
import { SerializationError } from '@manyhands/core'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createCodec } from '../src/index.ts'
import { graph } from './support/graphs.ts'

/** In each test. More find what is rarer: `FUZZ_FRAMES=40000 npx vitest run test/fuzz.test.ts`. */
const MESSAGES = Number(process.env['FUZZ_FRAMES'] ?? 2000)
const timeout = 180_000 + MESSAGES * 20
const codec = createCodec({ across: 'processes' })

/** Changes the byte at `at`, as far as structured clone does not notice. */
function flip(bytes: Buffer, at: number, by: number): object | undefined {
  const changed = Buffer.from(bytes)
  changed[at % changed.length] = (changed[at % changed.length] as number) ^ ((by % 255) + 1)
  try {
    return deserialize(changed) as object
  } catch {
    return undefined
  }
}

/** Puts another value, index or kind where one was. */
function scramble(bytes: Buffer, at: number, by: number): object {
  const message = deserialize(bytes) as object
  const places: [object, string][] = []
  const seen = new Set<object>()
  const visit = (of: unknown): void => {
    if (typeof of !== 'object' || of === null || ArrayBuffer.isView(of) || seen.has(of)) return
    seen.add(of)
    for (const key of Object.keys(of)) {
      places.push([of, key])
      visit((of as Record<string, unknown>)[key])
    }
  }
  visit(message)
  const [holder, key] = places[at % places.length] ?? [{}, '']
  const others = [-1, 1e9, NaN, 'text', undefined, null, true, [], {}, [[]], new Map(), 5n, message]
  Reflect.set(holder, key, by % 2 === 0 ? (by / 2) % 40 : others[(by >> 1) % others.length])
  return message
}

test.each([
  ['in its bytes', flip],
  ['in its parts', scramble],
])('a message of the codec that is damaged %s is a value or an error that says so', { timeout }, async (_, harm) => {
  let refused = 0
  await fc.assert(
    fc.asyncProperty(graph, fc.nat(), fc.nat(), async (value, at, by) => {
      const message = harm(serialize(codec.encode(value, new Set())), at, by)
      if (message === undefined) return
      try {
        const decoded = codec.decode(message)
        if (decoded instanceof Promise) await decoded // not what has just a `then`
      } catch (error) {
        expect(error).toBeInstanceOf(SerializationError)
        refused++
      }
    }),
    { numRuns: MESSAGES, ...(process.env['FUZZ_FRAMES'] === undefined ? { seed: 1 } : {}) },
  )
  expect(refused).toBeGreaterThan(MESSAGES / 50)
})
