import { deserialize, serialize } from 'node:v8'
import { SerializationError } from '@manyhands/core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createCodec, pack, unpack } from '../src/index.ts'
import { graph } from './support/graphs.ts'
import { firstDifference, objectsOf } from './support/same-graph.ts'

const toThread = (message: object): object => structuredClone(message)
const toProcess = (message: object): object => deserialize(serialize(message)) as object

describe.each([
  ['threads', toThread],
  ['processes', toProcess],
] as const)('any graph of values to %s', (across, travel) => {
  const codec = createCodec({ across })

  test('arrives the same by the codec', () => {
    fc.assert(
      fc.property(graph, value => {
        const encoded = codec.encode(value, new Set())
        expect(encoded).toBeDefined()
        expect(firstDifference(value, codec.decode(travel(encoded ?? [])))).toBeUndefined()
      }),
      { numRuns: 2000 },
    )
  })

  test('arrives the same as a captured variable', () => {
    fc.assert(
      fc.property(graph, value => {
        const copy = unpack(travel(pack(() => value, { across })) as never) as () => object
        expect(firstDifference(value, copy())).toBeUndefined()
      }),
      { numRuns: 300 },
    )
  })

  test('shares nothing with the other values of its message', () => {
    fc.assert(
      fc.property(graph, graph, (first, second) => {
        const message = new Set<object>()
        const values = [first, second, first, [first, second]]
        const encoded = values.map(value => codec.encode(value, message))
        const arrived = travel(encoded) as (object | undefined)[]
        const met = new Set<object>()
        for (const [i, part] of arrived.entries()) {
          if (part === undefined) continue
          const copy = codec.decode(part) as object
          expect(firstDifference(values[i], copy)).toBeUndefined()
          const own = objectsOf(copy)
          expect(own.isDisjointFrom(met)).toBe(true)
          for (const object of own) met.add(object)
        }
        expect([encoded[0] === undefined, met.size > 0]).toEqual([false, true])
      }),
      { numRuns: 500 },
    )
  })
})

test('a message of which any part was altered is revived or refused, and nothing else', async () => {
  const captured = { list: [1, new Map([[{}, new Date()]])] }
  class Box {
    held = captured
    static of = new Box()
  }
  const values = [
    () => captured,
    Box,
    new Box(),
    [new Error('x'), Symbol('s'), Math.max, new Uint8Array(9).subarray(2)],
    new Map<unknown, unknown>([
      [
        Box,
        {
          get a() {
            return captured
          },
        },
      ],
    ]),
  ]
  const junk = fc.constantFrom<unknown>(
    undefined,
    null,
    -1,
    0,
    1,
    7,
    1e9,
    NaN,
    '',
    'length',
    '__proto__',
    {},
    [],
    [0],
    [99],
    [-1],
    [[0]],
    true,
    5n,
  )
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...values),
      fc.array(fc.nat(40), { minLength: 1, maxLength: 6 }),
      junk,
      fc.boolean(),
      async (value, way, replacement, cut) => {
        const message = structuredClone(pack(value)) as object
        alter(message, way, replacement, cut)
        try {
          await unpack(message as never)
        } catch (error) {
          expect(error).toBeInstanceOf(SerializationError)
        }
      },
    ),
    { numRuns: 5000 },
  )
})

test('bytes of a message that were altered or cut short are refused, or revived', async () => {
  const captured = { list: [1, new Map([[{}, new Date()]])], text: 'a longer text' }
  class Box {
    held = captured
  }
  const messages = [() => captured, new Box(), [new Error('x'), Math.max, new Uint8Array(9).subarray(2)]].map(value =>
    serialize(pack(value, { across: 'processes' })),
  )
  let revived = 0
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...messages),
      fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 4 }),
      fc.nat(),
      fc.boolean(),
      async (message, changes, end, cut) => {
        const bytes = Buffer.from(cut ? message.subarray(0, end % message.length) : message)
        for (const [at, value] of changes) if (bytes.length > 0) bytes[at % bytes.length] = value
        let packed: unknown
        try {
          packed = deserialize(bytes)
        } catch {
          return // no message: its channel says so
        }
        try {
          await unpack(packed as never)
          revived++
        } catch (error) {
          expect(error).toBeInstanceOf(SerializationError)
        }
      },
    ),
    { numRuns: 3000 },
  )
  expect(revived).toBeGreaterThan(0)
})

/** Follows `way` into the message and replaces what is there, or cuts a list short. */
function alter(message: object, way: readonly number[], replacement: unknown, cut: boolean): void {
  let holder = message as Record<string, unknown>
  for (const [depth, step] of way.entries()) {
    const keys = Object.keys(holder)
    const key = keys[step % keys.length]
    if (key === undefined) return
    const next = holder[key]
    if (depth === way.length - 1 || typeof next !== 'object' || next === null) {
      if (cut && Array.isArray(holder)) holder.length = step % holder.length
      else holder[key] = replacement
      return
    }
    holder = next as Record<string, unknown>
  }
}
