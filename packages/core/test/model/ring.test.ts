import { type Environment, explore, type World } from '@manyhands/testing'
import { describe, expect, test } from 'vitest'
import { type Item, Ring, type RingOptions, SHUT_DOWN, type Store } from '../../src/queue/ring.ts'

/** Bytes are kept as words: they change one after the other, like all else. */
function storeIn(env: Environment): Store {
  return {
    write(unit, bytes) {
      for (let i = 0; i < bytes.length; i += 8) env.words.store(unit * 2 + i / 4, bytes[i] ?? 0)
    },
    read: (unit, byteLength) =>
      Uint8Array.from({ length: byteLength }, (_, i) => (i % 8 === 0 ? env.words.load(unit * 2 + i / 4) : 0)),
  }
}

const options: RingOptions = { first: 0, maxSize: 1, capacity: 4 }
const ring = (env: Environment, more: Partial<RingOptions> = {}): Ring =>
  new Ring(env.words, storeIn(env), env.parties, env.wake, { ...options, ...more })
const int = (value: number): Item => ({ kind: 1, value, bytes: undefined })

function producer(values: readonly number[], more?: Partial<RingOptions>): (env: Environment) => void {
  return env => {
    const queue = ring(env, more)
    for (const value of values) {
      const outcome = env.run(queue.put(int(value), true))
      env.note(outcome === SHUT_DOWN ? `refused ${value}` : `put ${value}`)
    }
  }
}

function consumer(count: number, more?: Partial<RingOptions>): (env: Environment) => void {
  return env => {
    const queue = ring(env, more)
    for (let i = 0; i < count; i++) {
      const item = env.run(queue.get(true))
      if (typeof item !== 'object') return
      env.note(
        item.bytes !== undefined
          ? `got bytes ${item.bytes[0]} ${item.bytes.length}`
          : `got ${item.kind === 1 ? item.value : 'rubbish'}`,
      )
    }
  }
}

const got = (world: World): string[] => world.notes.filter(note => note.startsWith('got')).map(note => note.slice(4))

describe('a queue in shared memory, in all orders', () => {
  test('of a producer and a consumer: each item once and in order, whether it has to wait or not', () => {
    for (const waits of ['truth', 'wakes'] as const) {
      explore(
        {
          parties: [producer([1, 2]), consumer(2)],
          waits,
          interruptions: 4,
          end: world => expect(got(world)).toEqual(['1', '2']),
        },
        { maxStates: 2_000_000 },
      )
    }
  })

  test('of two producers and a consumer', () => {
    explore(
      {
        parties: [producer([1]), producer([2]), consumer(2)],
        interruptions: 2,
        end: world => expect(got(world).toSorted()).toEqual(['1', '2']),
      },
      { maxStates: 2_000_000 },
    )
  })

  test('of a producer and two consumers', () => {
    explore(
      {
        parties: [producer([1, 2]), consumer(1), consumer(1)],
        interruptions: 2,
        end: world => expect(got(world).toSorted()).toEqual(['1', '2']),
      },
      { maxStates: 2_000_000 },
    )
  })

  test('a producer that dies at any step has put an item wholly or not at all, and holds nobody up', () => {
    const last = producer([9], { maxSize: 0 })
    explore(
      {
        parties: [producer([1], { maxSize: 0 }), env => (last(env), consumer(1, { maxSize: 0 })(env))],
        deaths: 1,
        mortal: [0],
        end(world) {
          expect([['1'], ['9']]).toContainEqual(got(world))
        },
      },
      { maxStates: 2_000_000 },
    )
  })

  test('a consumer that dies at any step has taken an item wholly or not at all, and holds nobody up', () => {
    const start = ({ words }: World): void => {
      // One item is there: 7.
      for (const [index, value] of [
        [2, 1],
        [3, 1],
        [48, 1],
        [49, 7],
      ] as const) {
        words.set(index, value)
      }
    }
    const outcomes = new Set<string>()
    explore(
      {
        start,
        parties: [consumer(1), consumer(1)],
        deaths: 1,
        mortal: [0],
        impatient: [1],
        end: world => void outcomes.add(got(world).join()),
      },
      { maxStates: 2_000_000 },
    )
    // Taken by one of the two; or by the one that died, before it could say so. Never by both.
    expect(outcomes).toEqual(new Set(['7', '']))
    explore(
      {
        start,
        parties: [consumer(1), consumer(1)],
        impatient: [0, 1],
        end: world => expect([['7'], []]).toContainEqual(got(world)),
      },
      { maxStates: 2_000_000 },
    )
  })

  test('a producer writes over no item that a dead consumer had not taken', () => {
    const small = { maxSize: 0, capacity: 2 }
    const start = ({ words }: World): void => {
      // It is full: 1 and 2 are there.
      for (const [index, value] of [
        [1, 2],
        [3, 2],
        [48, 1],
        [49, 1],
        [50, 1],
        [51, 2],
      ] as const) {
        words.set(index, value)
      }
    }
    const puts = (env: Environment): void =>
      void env.run(ring(env, small).put({ kind: 2, value: 0, bytes: Uint8Array.from({ length: 8 }, () => 5) }, false))
    const outcomes = new Set<string>()
    explore(
      {
        start,
        parties: [puts, consumer(1, small), consumer(3, small)],
        deaths: 1,
        mortal: [1],
        impatient: [2],
        interruptions: 2,
        end: world => void outcomes.add(got(world).join()),
      },
      { maxStates: 2_000_000 },
    )
    const all = ['1', '2', 'bytes 5 8']
    for (const outcome of outcomes) {
      expect(all.filter(item => outcome.split(',').includes(item)).length, outcome).toBe(
        outcome === '' ? 0 : outcome.split(',').length,
      )
    }
    expect(outcomes).toContain(all.join())
  })

  test('items with bytes that go around the end of the ring arrive whole, though a producer dies', () => {
    const bytes: Item = { kind: 2, value: 0, bytes: Uint8Array.from({ length: 8 }, () => 5) }
    const writer = (env: Environment): void => {
      const queue = ring(env, { maxSize: 0 })
      env.run(queue.put(int(1), true))
      env.run(queue.put(bytes, true))
      env.run(queue.put(bytes, true))
    }
    const start = ({ words }: World): void => {
      for (const index of [1, 17]) words.set(index, 2)
    }
    const outcomes = new Set<string>()
    explore(
      {
        start,
        parties: [writer, consumer(3, { maxSize: 0 })],
        interruptions: 2,
        end: world => void outcomes.add(got(world).join()),
      },
      { maxStates: 2_000_000 },
    )
    expect(outcomes).toEqual(new Set(['1,bytes 5 8,bytes 5 8']))
    explore(
      {
        start,
        parties: [writer, consumer(3, { maxSize: 0 })],
        deaths: 1,
        mortal: [0],
        impatient: [1],
        interruptions: 1,
        end: world => expect('1,bytes 5 8,bytes 5 8').toContain(got(world).join()),
      },
      { maxStates: 2_000_000 },
    )
  })

  test('a shutdown reaches all, though who shuts it down dies', () => {
    const closes = (env: Environment): void => env.run(ring(env).shutDown(true))
    explore({ parties: [closes, consumer(1)], end: world => expect(got(world)).toEqual([]) })
    explore(
      { parties: [closes, consumer(1), producer([1])], impatient: [1, 2], deaths: 1, mortal: [0], interruptions: 1 },
      { maxStates: 2_000_000 },
    )
  })
})

test('a bug that is planted is found: the item is published before it is written', () => {
  const careless = (env: Environment): void => {
    env.words.store(2, 1)
    env.words.store(3, 1)
    env.words.store(48, 1)
    env.words.store(49, 3)
    env.words.add(4, 1)
  }
  expect(() => explore({ parties: [careless, consumer(1)], end: world => expect(got(world)).toEqual(['3']) })).toThrow(
    /at the end/,
  )
})
