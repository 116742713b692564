import { describe, expect, test } from 'vitest'
import { Process, ProcessPoolExecutor, Thread, ThreadPoolExecutor } from '../src/index.ts'

// Each says what it is, and what to write instead.
describe.each([ThreadPoolExecutor, ProcessPoolExecutor])('%o', Executor => {
  const make = Executor as unknown as new (options: unknown) => unknown

  test('a number is no options object', () => {
    expect(() => new make(4)).toThrow(
      new TypeError(`${Executor.name} takes an options object: write new ${Executor.name}({ maxWorkers: 4 })`),
    )
  })

  test('the result of a call is no task', async () => {
    const pool = new Executor({ maxWorkers: 1 })
    const double = (x: number): number => x * 2
    const submit = pool.submit.bind(pool) as (fn: unknown) => unknown
    expect(() => submit(double(2))).toThrow('fn must be a function, got 4: write (fn, ...args), not (fn(...args))')
    await pool.shutdown()
  })

  test('what map returns is no array', async () => {
    const pool = new Executor({ maxWorkers: 1 })
    const double = (x: number): number => x * 2
    const results = pool.map(double, [1, 2])
    const cure = 'use `await pool.map(…).toArray()`, or `for await (const result of pool.map(…))`'
    expect(() => [...(results as unknown as Iterable<number>)]).toThrow(cure)
    expect(() => (results as unknown as number[]).map(double)).toThrow(cure)
    const taken: number[] = []
    for await (const result of results) taken.push(result)
    expect(taken).toEqual([2, 4])
    await pool.shutdown()
  })

  test('an executor does not travel: captured, as an argument, or in a result', async () => {
    const pool = new Executor({ maxWorkers: 1 })
    const why = `a ${Executor.name} stays with the thread that created it`
    const captures = (): number => pool.maxWorkers
    expect(() => pool.submit(captures)).toThrow(why)
    expect(String(await pool.submit((given: unknown) => given === null, pool).exception())).toContain(why)
    await pool.shutdown()
  })
})

test.each([Process, Thread])('a function is no options object of %o', Child => {
  const make = Child as unknown as new (options: unknown) => unknown
  expect(() => new make(() => {})).toThrow(
    new TypeError(`${Child.name} takes an options object: write new ${Child.name}({ target: fn, args: [] })`),
  )
})
