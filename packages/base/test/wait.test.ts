import { expect, test } from 'vitest'
import { asCompleted, CancelledError, FutureResolver, wait, WaitTimeoutError } from '../src/index.ts'

const make = (count: number): FutureResolver<number>[] =>
  Array.from({ length: count }, () => new FutureResolver<number>())
const futuresOf = (resolvers: FutureResolver<number>[]) => resolvers.map(resolver => resolver.future)

// CPython: test_all_completed
test('F11 wait returns when all are done', async () => {
  const resolvers = make(3)
  const waiting = wait(futuresOf(resolvers))
  resolvers[0]?.resolve(0)
  resolvers[1]?.reject(new Error('one'))
  resolvers[2]?.future.cancel()
  const { done, notDone } = await waiting
  expect([done.size, notDone.size]).toEqual([3, 0])
})

// CPython: test_first_completed, test_first_completed_some_already_completed
test('F10 wait returns with the first that is done', async () => {
  const resolvers = make(3)
  const waiting = wait(futuresOf(resolvers), { returnWhen: 'first-done' })
  resolvers[1]?.resolve(1)
  const { done, notDone } = await waiting
  expect([...done]).toEqual([resolvers[1]?.future])
  expect(notDone.size).toBe(2)
})

// CPython: test_first_exception
test('wait returns with the first that fails, not with those that succeed before', async () => {
  const resolvers = make(3)
  const waiting = wait(futuresOf(resolvers), { returnWhen: 'first-failed' })
  resolvers[0]?.resolve(0)
  resolvers[2]?.reject(new Error('two'))
  const { done, notDone } = await waiting
  expect([done.size, notDone.size]).toEqual([2, 1])
})

// CPython: test_timeout
test('F12 wait that runs out of time returns what is not done', async () => {
  const resolvers = make(2)
  resolvers[0]?.resolve(0)
  const { done, notDone } = await wait(futuresOf(resolvers), { timeoutMs: 5 })
  expect([done.size, notDone.size]).toEqual([1, 1])
})

// CPython: test_20369
test('F09 wait ends with its signal; each future counts once; nothing is waited for nothing', async () => {
  const [resolver] = make(1)
  if (resolver === undefined) throw new Error('no resolver')
  await expect(wait([resolver.future], { signal: AbortSignal.abort('no') })).rejects.toBeInstanceOf(CancelledError)
  resolver.resolve(1)
  expect((await wait([resolver.future, resolver.future])).done.size).toBe(1)
  expect(await wait([])).toEqual({ done: new Set(), notDone: new Set() })
})

test('wait and asCompleted refuse what is no future', () => {
  expect(() => wait([Promise.resolve(1)] as never)).toThrow(
    'wait takes futures, got a Promise (is an `await` missing?)',
  )
  expect(() => wait(new FutureResolver().future as never)).toThrow(
    'wait takes an iterable of futures, such as an array, got a Future (is an `await` missing?)',
  )
  expect(() => asCompleted([5] as never)).toThrow(/asCompleted takes futures, got 5/)
  expect(() => wait([], { returnWhen: 'some' as never })).toThrow(
    /returnWhen must be 'all-done', 'first-done' or 'first-failed', got "some"/,
  )
})

// CPython: test_no_timeout (as_completed)
test('F14 asCompleted yields futures in the order of completion, failed ones too', async () => {
  const resolvers = make(3)
  const iterator = asCompleted(futuresOf(resolvers))
  resolvers[2]?.resolve(2)
  resolvers[0]?.reject(new Error('zero'))
  const seen = [(await iterator.next()).value, (await iterator.next()).value]
  resolvers[1]?.resolve(1)
  seen.push((await iterator.next()).value)
  expect(seen).toEqual([2, 0, 1].map(i => resolvers[i]?.future))
  expect((await iterator.next()).done).toBe(true)
})

// CPython: test_zero_timeout, and the message
test('F15 asCompleted says how many are unfinished when time is over', async () => {
  const resolvers = make(3)
  resolvers[0]?.resolve(0)
  const iterator = asCompleted(futuresOf(resolvers), { timeoutMs: 5 })
  expect((await iterator.next()).value).toBe(resolvers[0]?.future)
  const failure = iterator.next()
  await expect(failure).rejects.toBeInstanceOf(WaitTimeoutError)
  await expect(failure).rejects.toThrow(/2 \(of 3\) futures unfinished/)
})

// CPython: test_duplicate_futures
test('asCompleted yields a future once, and can be left early', async () => {
  const [resolver] = make(1)
  if (resolver === undefined) throw new Error('no resolver')
  resolver.resolve(1)
  const iterator = asCompleted([resolver.future, resolver.future])
  expect(await iterator.next()).toEqual({ done: false, value: resolver.future })
  expect(await iterator.next()).toEqual({ done: true, value: undefined })
  expect(await asCompleted([]).next()).toEqual({ done: true, value: undefined })
  const left = asCompleted(futuresOf(make(2)))
  await left.return?.()
  expect((await left.next()).done).toBe(true)
})

// CPython: test_pending_calls_race
test('F13 a wait for 100 futures that are done at any moment misses none', async () => {
  const resolvers = Array.from({ length: 100 }, () => new FutureResolver<number>())
  const futures = resolvers.map(({ future }) => future)
  const waits = [wait(futures), wait(futures, { returnWhen: 'first-failed' })]
  const seen: number[] = []
  const iteration = (async () => {
    const completed = asCompleted(futures)
    for (let step = await completed.next(); step.done !== true; step = await completed.next()) {
      seen.push(await step.value)
    }
  })()
  for (const [i, resolver] of resolvers.entries()) {
    if (i % 3 === 0) resolver.resolve(i)
    else if (i % 3 === 1) queueMicrotask(() => resolver.resolve(i))
    else setImmediate(() => resolver.resolve(i))
    if (i % 10 === 0) await Promise.resolve()
  }
  for (const { done } of await Promise.all(waits)) expect(done.size).toBe(100)
  await iteration
  expect(seen.toSorted((a, b) => a - b)).toEqual(resolvers.map((_, i) => i))
})
