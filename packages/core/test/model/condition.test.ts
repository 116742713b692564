import { type Environment, explore } from '@manyhands/testing'
import { describe, expect, test } from 'vitest'
import { acquireAnyway, Mutex } from '../../src/sync/mutex.ts'
import { type ConditionLock, WaitList } from '../../src/sync/wait-list.ts'

const READY = 5
const LIST = 10

interface Condition {
  readonly mutex: Mutex
  readonly list: WaitList
  readonly lock: ConditionLock
}

function condition(env: Environment): Condition {
  const mutex = new Mutex(env.words, 0, env.parties, env.wake)
  return {
    mutex,
    list: new WaitList(env.words, LIST, env.parties, env.wake),
    lock: {
      suspend() {
        mutex.release()
        return function* resume() {
          yield* acquireAnyway(mutex)
        }
      },
    },
  }
}

/** Waits until there is something, and takes it. */
function consumer(env: Environment): void {
  const { mutex, list, lock } = condition(env)
  env.run(mutex.acquire(), 'patient')
  env.enter()
  let notified = true
  while (env.words.load(READY) === 0 && notified) {
    env.leave()
    notified = env.run(list.wait(lock))
    env.enter()
  }
  if (env.words.load(READY) > 0) {
    env.words.add(READY, -1)
    env.note('took')
  }
  env.leave()
  if (!mutex.releaseOwn()) throw new Error('the lock was not held after a wait')
}

function producer(count: number, notify: number): (env: Environment) => void {
  return env => {
    const { mutex, list } = condition(env)
    env.run(mutex.acquire(), 'patient')
    env.enter()
    env.words.add(READY, count)
    list.notify(notify)
    env.leave()
    mutex.release()
  }
}

describe('a condition, in all orders', () => {
  test('of one that waits and one that notifies; no wake-up is lost', () => {
    for (const waits of ['truth', 'wakes'] as const) {
      explore({ parties: [consumer, producer(1, 1)], waits, end: ({ notes }) => expect(notes).toEqual(['took']) })
    }
  })

  test('of two that wait and one that notifies both', () => {
    explore(
      {
        parties: [consumer, consumer, producer(2, Infinity)],
        interruptions: 3,
        end: ({ notes }) => expect(notes).toEqual(['took', 'took']),
      },
      { maxStates: 2_000_000 },
    )
  })

  test('of two that wait, of which each is notified once', () => {
    explore(
      {
        parties: [consumer, consumer, env => (producer(1, 1)(env), producer(1, 1)(env))],
        interruptions: 3,
        end: ({ notes }) => expect(notes).toEqual(['took', 'took']),
      },
      { maxStates: 2_000_000 },
    )
  })

  test('a notification is not spent on one that died or gave up', () => {
    const waits =
      (name: string) =>
      (env: Environment): void => {
        const { mutex, list, lock } = condition(env)
        env.run(mutex.acquire(), 'patient')
        env.note(env.run(list.wait(lock)) ? `${name} notified` : `${name} gave up`)
        mutex.release()
      }
    /** Notifies one, when both wait. */
    const notifies = (env: Environment): void => {
      const { mutex, list } = condition(env)
      for (let issued = 0; issued !== 2; issued = env.words.load(LIST + 1)) {
        if (env.run(untilChanged(LIST + 1, issued))) return
      }
      env.run(mutex.acquire(), 'patient')
      list.notify(1)
      mutex.release()
    }
    const outcomes = new Set<string>()
    explore({
      parties: [waits('a'), waits('b'), notifies],
      deaths: 1,
      mortal: [0],
      impatient: [1, 2],
      interruptions: 1,
      end({ notes, dead }) {
        outcomes.add(notes.toSorted().join())
        // Only if the other has it, or died with it, may one be left with nothing.
        if (notes.includes('b gave up')) {
          expect(notes.includes('a notified') || notes.includes('a gave up') || dead.has(0)).toBe(true)
        }
      },
    })
    expect(outcomes).toContain('b notified')
    expect(outcomes).toContain('a notified,b gave up')
    expect(outcomes).not.toContain('a notified,b notified')
  })

  // A million states: a minute on a machine that is not busy.
  test('whoever dies, those that can give up come to an end', { timeout: 240_000 }, () => {
    explore({ parties: [consumer, producer(1, 1)], deaths: 1, impatient: [0] })
    explore(
      { parties: [consumer, consumer, producer(2, 2)], deaths: 1, impatient: [0, 1], interruptions: 1 },
      { maxStates: 2_000_000 },
    )
  })
})

function* untilChanged(
  index: number,
  expected: number,
): Generator<{ index: number; expected: number }, boolean, boolean> {
  return yield { index, expected }
}

test('a bug that is planted is found: a notification before the lock is held', () => {
  const careless = (env: Environment): void => {
    env.words.add(READY, 1)
    condition(env).list.notify(1)
  }
  expect(() => explore({ parties: [consumer, careless] })).toThrow(/deadlock/)
})
