import { type Environment, explore, type Scenario, Violation, type World } from '@manyhands/testing'
import { describe, expect, test } from 'vitest'
import { WAIT_ENDED, Mutex, type MutexAlgorithm, OWNER_DIED } from '../../src/sync/mutex.ts'
import { TicketMutex } from '../../src/sync/ticket-mutex.ts'
import type { Words } from '../../src/waiting/words.ts'

type Make = (env: Environment) => MutexAlgorithm

/**
 * The fair one takes more steps: with three parties it has millions of states, so those are bounded to the orders in
 * which a party is interrupted a few times.
 */
const kinds: readonly (readonly [string, Make, Pick<Scenario, 'interruptions'>])[] = [
  ['barging', env => new Mutex(env.words, 0, env.parties, env.wake), {}],
  ['fair', env => new TicketMutex(env.words, 0, env.parties, env.wake), { interruptions: 2 }],
]

const isFree = (world: World): boolean => world.inside.size === 0

/** Acquires, is inside, releases; so often. */
function user(make: Make, times = 1): (env: Environment) => void {
  return env => {
    const mutex = make(env)
    for (let i = 0; i < times; i++) {
      const acquired = env.run(mutex.acquire())
      if (acquired === WAIT_ENDED) continue
      env.enter()
      if (acquired === OWNER_DIED) env.note('owner died')
      env.leave()
      if (!mutex.releaseOwn()) throw new Error('what was acquired could not be released')
    }
  }
}

describe.each(kinds)('a %s mutex, in all orders', (_, make, bound) => {
  const fewer = bound.interruptions === undefined ? {} : { interruptions: 1 }

  test('of two parties that acquire it twice', () => {
    expect(
      explore({ ...bound, parties: [user(make, 2), user(make, 2)], end: world => expect(isFree(world)).toBe(true) }),
    ).toBeGreaterThan(100)
  })

  test('of three parties', () => {
    expect(explore({ ...bound, parties: [user(make), user(make), user(make)] })).toBeGreaterThan(500)
  })

  test('no wake-up is lost: nobody would have to look again', () => {
    expect(explore({ ...bound, parties: [user(make), user(make), user(make)], waits: 'wakes' })).toBeGreaterThan(500)
  })

  test('of two parties, one of which dies at any point', () => {
    explore({
      parties: [user(make), user(make)],
      deaths: 1,
      end: world => expect(world.notes.length).toBeLessThanOrEqual(1),
    })
  })

  test('of three parties, of which some die at any point', () => {
    expect(
      explore(
        {
          ...bound,
          ...fewer,
          parties: [user(make), user(make), user(make)],
          deaths: bound.interruptions === undefined ? 2 : 1,
        },
        { maxStates: 2_000_000 },
      ),
    ).toBeGreaterThan(1000)
  })

  test('a death inside is told to the next', () => {
    const dies = (env: Environment): void => {
      env.run(make(env).acquire())
      env.enter()
      env.note('first')
      env.run(forEver())
    }
    const next = (env: Environment): void => {
      const mutex = make(env)
      const acquired = env.run(mutex.acquire())
      env.enter()
      env.note(acquired === OWNER_DIED ? 'second, owner died' : 'second')
      env.leave()
      mutex.release()
    }
    const outcomes = new Set<string>()
    explore({ parties: [dies, next], deaths: 1, mortal: [0], end: ({ notes }) => void outcomes.add(notes.join()) })
    // The third: it died between having the lock and saying so.
    expect(outcomes).toEqual(new Set(['first,second, owner died', 'second,first', 'second, owner died', 'second']))
  })

  test('of three parties, two of which give up at any point', () => {
    expect(explore({ ...bound, parties: [user(make), user(make), user(make)], impatient: [1, 2] })).toBeGreaterThan(
      1000,
    )
  })

  test('of three parties, of which one dies and another gives up', () => {
    expect(
      explore(
        { ...bound, ...fewer, parties: [user(make), user(make), user(make)], impatient: [1], deaths: 1 },
        { maxStates: 2_000_000 },
      ),
    ).toBeGreaterThan(1000)
  })

  test('tryAcquire takes it only when it is free', () => {
    const tries = (env: Environment): void => {
      const mutex = make(env)
      if (!mutex.tryAcquire()) return
      env.enter()
      env.leave()
      mutex.release()
    }
    explore({ ...bound, parties: [tries, tries, user(make)] })
  })
})

function* forEver(): Generator<{ index: number; expected: number }, void, boolean> {
  for (;;) yield { index: 1_000_000, expected: 0 }
}

describe('a bug that is planted is found', () => {
  /** Reads and then writes: what compare-and-exchange must not be. */
  const torn = (words: Words): Words => ({
    ...words,
    compareExchange(index, expected, replacement) {
      const before = words.load(index)
      if (before === expected) words.store(index, replacement)
      return before
    },
  })

  test('a compare-and-exchange that is not one step', () => {
    const broken: Make = env => new Mutex(torn(env.words), 0, env.parties, env.wake)
    expect(() => explore({ parties: [user(broken), user(broken)] })).toThrow(Violation)
  })

  test('a takeover from an owner that is alive', () => {
    const broken: Make = env => new Mutex(env.words, 0, { me: () => env.parties.me(), isDead: () => true }, env.wake)
    expect(() => explore({ parties: [user(broken), user(broken), user(broken)], deaths: 1, mortal: [2] })).toThrow(
      /two parties are in the critical section|could not be released/,
    )
  })

  test('an owner that died and is never noticed', () => {
    const broken: Make = env => new Mutex(env.words, 0, { me: () => env.parties.me(), isDead: () => false }, env.wake)
    expect(() => explore({ parties: [user(broken), user(broken)], deaths: 1 })).toThrow(/deadlock/)
  })

  test('a wake-up that is left out', () => {
    const broken: Make = env => new Mutex(env.words, 0, env.parties, () => {})
    expect(() => explore({ parties: [user(broken), user(broken)], waits: 'wakes' })).toThrow(/deadlock/)
    expect(explore({ parties: [user(broken), user(broken)] })).toBeGreaterThan(50)
  })
})
