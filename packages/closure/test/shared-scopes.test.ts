// oxlint-disable eslint/no-shadow -- names that mean different variables are what is tested
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { pack, unpack } from '../src/index.ts'
import { startWorker } from './support/worker.ts'

type Step = (x: number) => number
type Functions = readonly Step[]

let level = 0
const raise: Step = x => (level += x)
const levelNow: Step = () => level

/** Functions that see each other, so that their scope is known: two variables, and scopes inside of it. */
function makeOuter(start: number): Functions {
  let total = start
  let calls = 0
  const note = (): void => void calls++
  function add(x: number): number {
    note()
    return (total += x)
  }
  function makeInner(): Functions {
    let own = 0
    const keep = (x: number): number => (own += x)
    return [x => keep(x) + add(x), () => keep(0) * 1000 + total, () => (note(), calls)]
  }
  return [add, () => (note(), total), () => calls, ...makeInner(), ...makeInner()]
}

/** Nothing in the scope says that the functions share it. */
function makeOpaque(): Functions {
  let n = 0
  return [x => (n += x), () => n]
}

const through = (value: unknown): unknown => unpack(structuredClone(pack(value)))

test('never merges two scopes, never splits one', () => {
  fc.assert(
    fc.property(
      fc.record({
        scopes: fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 1, maxLength: 3 }),
        sent: fc.array(fc.nat(), { minLength: 1, maxLength: 8 }),
        before: fc.array(fc.tuple(fc.nat(), fc.integer({ min: -3, max: 3 })), { maxLength: 6 }),
        after: fc.array(fc.tuple(fc.nat(), fc.integer({ min: -3, max: 3 })), { minLength: 1, maxLength: 12 }),
        twice: fc.boolean(),
      }),
      ({ scopes, sent, before, after, twice }) => {
        const all = [...scopes.flatMap(start => makeOuter(start)), raise, levelNow]
        const run = (functions: Functions, steps: readonly (readonly [number, number])[]): number[] =>
          steps.map(([which, x]) => functions[which % functions.length]?.(x) ?? NaN)
        run(all, before)
        const mine = sent.map(which => all[which % all.length] as Step)
        let theirs = through({ mine }) as { mine: Functions }
        if (twice) theirs = through(theirs) as typeof theirs
        expect(run(theirs.mine, after)).toEqual(run(mine, after))
      },
    ),
    { numRuns: 300 },
  )
})

test('what is not known to be one scope is refused', () => {
  const [up, get] = makeOpaque()
  expect(() => pack({ up, get })).toThrow(/`n` is assigned by .* and also used by .*, and each would get a variable/)
  expect((through({ up }) as { up: Step }).up(2)).toBe(2)
})

class Counter {
  readonly pair: readonly [Step, () => number] = (() => {
    let own = 0
    return [x => (own += x), () => own]
  })()
}

test('a field of a class has a scope for each instance', () => {
  const [one, other] = [new Counter(), new Counter()]
  expect(() => pack({ one: one.pair, other: other.pair })).toThrow(/`own` is assigned by .* and also used by/)
})

test('a property that is assigned does not make the variable another', () => {
  const makeNamed = (): { readonly name: string; enabled: number } => {
    let own = 1
    function named(): number {
      return Object.keys(named).length
    }
    named.note = 'x'
    Object.defineProperty(named, 'enabled', {
      enumerable: true,
      get: () => own,
      set(n: number) {
        own = n
      },
    })
    return named as never
  }
  const [one, other] = through([makeNamed(), makeNamed()]) as ReturnType<typeof makeNamed>[]
  ;(one as { enabled: number }).enabled = 5
  expect([one?.enabled, other?.enabled]).toEqual([5, 1])
})

test('a scope is not taken for another in which the same object has the same name', () => {
  const functions: (() => number)[] = []
  {
    const log = (): void => {}
    let n = 1
    functions.push(
      () => (n++, log(), n),
      () => (log(), n),
    )
    for (const same of [log]) {
      const log = same
      const n = 100
      functions.push(() => (log(), n))
    }
  }
  expect((through(functions) as typeof functions).map(fn => fn())).toEqual([2, 2, 100])
})

test('functions of a scope that was revived, and others of the same text, are told apart', () => {
  const make = (): { readonly raise: () => () => number; readonly get: () => number } => {
    let n = 1
    const own = {}
    const raise = (): (() => number) => {
      n++
      void own
      return (() => {
        const n = 60
        return () => n
      })()
    }
    return { raise, get: () => (void own, n) }
  }
  const first = through(make()) as ReturnType<typeof make>
  const inner = first.raise()
  const second = through({ raise: first.raise, get: first.get, inner }) as typeof first & { inner: () => number }
  expect([second.inner(), second.get()]).toEqual([60, 2])
})

describe.for(['threads', 'processes'] as const)('%s', across => {
  test('functions that share a scope do so in a worker, and when they come back', async () => {
    const worker = await startWorker(across)
    try {
      const use = ([add, total]: Functions): number | undefined => {
        add?.(1)
        return total?.(0)
      }
      expect(await worker.call(use, makeOuter(5))).toBe(6)
      const [theirAdd, theirTotal] = await worker.call(() => makeOuter(7))
      theirAdd?.(1)
      expect(theirTotal?.(0)).toBe(8)
    } finally {
      await worker.close()
    }
  })
})
