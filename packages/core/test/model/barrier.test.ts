import { type Environment, explore } from '@manyhands/testing'
import { expect, test } from 'vitest'
import { Mutex } from '../../src/sync/mutex.ts'
import { Phases } from '../../src/sync/phases.ts'

function phases(env: Environment): Phases {
  return new Phases(env.words, 10, new Mutex(env.words, 0, env.parties, env.wake), env.wake)
}

function party(count: number, times = 1): (env: Environment) => void {
  return env => {
    const barrier = phases(env)
    for (let i = 0; i < times; i++) {
      env.note(`${i}>`)
      const passage = env.run(barrier.wait(count))
      if (typeof passage === 'object' && passage.last) barrier.complete()
      env.note(typeof passage === 'object' ? `${i}:${passage.index}` : passage)
    }
  }
}

test('nobody passes before all have come, in all orders of two parties', () => {
  explore({
    parties: [party(2), party(2)],
    end({ notes }) {
      expect(notes.slice(0, 2)).toEqual(['0>', '0>'])
      expect(notes.slice(2).toSorted()).toEqual(['0:0', '0:1'])
    },
  })
})

test('no wake-up is lost', () => {
  explore({ parties: [party(2), party(2)], waits: 'wakes' })
})

test('it can be used again', () => {
  explore(
    {
      parties: [party(2, 2), party(2, 2)],
      interruptions: 3,
      end: ({ notes }) => expect(notes.toSorted()).toEqual(['0:0', '0:1', '0>', '0>', '1:0', '1:1', '1>', '1>']),
    },
    { maxStates: 2_000_000 },
  )
})

test('when one gives up or dies the others come to an end, and all agree', () => {
  explore({
    parties: [party(2), party(2)],
    impatient: [0, 1],
    end({ notes }) {
      const passed = notes.filter(note => note.includes(':')).length
      expect([0, 2]).toContain(passed)
    },
  })
  explore({ parties: [party(2), party(2)], impatient: [0, 1], deaths: 1 })
  explore(
    { parties: [party(3), party(3), party(3)], impatient: [0], deaths: 1, mortal: [2], interruptions: 1 },
    { maxStates: 2_000_000 },
  )
})

test('one that dies in the action breaks the barrier', () => {
  const dies = (env: Environment): void => {
    const passage = env.run(phases(env).wait(2))
    // As in an action that lasts: alive until it dies.
    if (typeof passage === 'object' && passage.last) while (!env.parties.isDead(0)) env.run(forEver())
  }
  const outcomes = new Set<string>()
  explore({
    parties: [party(2), dies],
    deaths: 1,
    mortal: [1],
    end({ notes }) {
      outcomes.add(String(notes[1]))
    },
    impatient: [0],
  })
  expect(outcomes).toContain('broken')
})

function* forEver(): Generator<{ index: number; expected: number }, void, boolean> {
  for (;;) yield { index: 1_000_000, expected: 0 }
}
