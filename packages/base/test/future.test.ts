import { inspect } from 'node:util'
import { expect, test } from 'vitest'
import { CancelledError, Future, FutureResolver, InvalidStateError, WaitTimeoutError } from '../src/index.ts'

// CPython: test_cancelled, test_done, test_running
test('F04 a future is pending, then running, then finished', async () => {
  const resolver = new FutureResolver<number>()
  const { future } = resolver
  expect(future.state).toBe('pending')
  expect(resolver.start()).toBe(true)
  expect([future.state, future.running, future.done]).toEqual(['running', true, false])
  resolver.resolve(1)
  expect([future.state, future.running, future.done]).toEqual(['finished', false, true])
  expect(await future).toBe(1)
  const { future: cancelled } = new FutureResolver<number>()
  cancelled.cancel()
  expect([cancelled.state, cancelled.running, cancelled.done, cancelled.cancelled]).toEqual([
    'cancelled',
    false,
    true,
    true,
  ])
  await expect(cancelled).rejects.toBeInstanceOf(CancelledError)
})

test('a future is a promise for types, instanceof and the engine', async () => {
  const { future } = new FutureResolver<number>()
  const promise: Promise<number> = future
  expect(promise).toBeInstanceOf(Promise)
  expect(future).toBeInstanceOf(Future)
  expect(Object.prototype.toString.call(future)).toBe('[object Future]')
  expect(future.then()).not.toBeInstanceOf(Future)
})

test('works with Promise.all, race, allSettled, and as a class like Promise', async () => {
  const resolvers = [1, 2].map(() => new FutureResolver<number>())
  const all = Promise.all(resolvers.map(resolver => resolver.future))
  resolvers.forEach((resolver, i) => resolver.resolve(i))
  expect(await all).toEqual([0, 1])
  expect(await new Future<number>(resolve => resolve(5))).toBe(5)
  await expect(new Future((_, reject) => reject(new RangeError('no')))).rejects.toThrow('no')
  await expect(
    new Future(() => {
      throw new RangeError('thrown')
    }),
  ).rejects.toThrow('thrown')
})

// CPython: test_cancel
test('F03 cancel is true while pending and after, false when running or finished', async () => {
  const pending = new FutureResolver<number>()
  expect([pending.future.cancel(), pending.future.cancel(), pending.future.state]).toEqual([true, true, 'cancelled'])
  await expect(pending.future).rejects.toBeInstanceOf(CancelledError)
  const running = new FutureResolver<number>()
  running.start()
  expect(running.future.cancel()).toBe(false)
  running.resolve(1)
  expect(running.future.cancel()).toBe(false)
})

test('a cancelled future does not start', () => {
  const resolver = new FutureResolver<number>()
  resolver.future.cancel()
  expect(resolver.start()).toBe(false)
})

// CPython: test_multiple_set_result, test_multiple_set_exception
test('F07 settling twice is an InvalidStateError that names the state', async () => {
  const resolver = new FutureResolver<number>()
  resolver.resolve(1)
  expect(() => resolver.resolve(2)).toThrow(new InvalidStateError('the future is already finished'))
  expect(() => resolver.reject(new Error('no'))).toThrow(InvalidStateError)
  expect(() => resolver.start()).toThrow(InvalidStateError)
  expect(await resolver.future).toBe(1)
})

// CPython: test_result_with_timeout
test('F05 result with a time limit throws WaitTimeoutError and leaves the future as it is', async () => {
  const resolver = new FutureResolver<number>()
  await expect(resolver.future.result({ timeoutMs: 5 })).rejects.toBeInstanceOf(WaitTimeoutError)
  expect(resolver.future.state).toBe('pending')
  resolver.resolve(3)
  expect(await resolver.future.result({ timeoutMs: 5 })).toBe(3)
})

// CPython: test_result_with_success, test_result_with_cancel
test('F06 what waits for a result wakes when it is there, or cancelled', async () => {
  const [resolved, cancelled] = [new FutureResolver<number>(), new FutureResolver<number>()]
  const waiting = [resolved, cancelled].map(({ future }) => future.result({ timeoutMs: 60_000 }))
  setImmediate(() => {
    resolved.resolve(42)
    cancelled.future.cancel()
  })
  expect(await Promise.allSettled(waiting)).toEqual([
    { status: 'fulfilled', value: 42 },
    { status: 'rejected', reason: new CancelledError() },
  ])
})

// CPython: test_repr
test('F08 a future that is printed shows what became of it', () => {
  const [pending, resolved, rejected] = [new FutureResolver(), new FutureResolver(), new FutureResolver()]
  resolved.resolve(42)
  rejected.reject(new RangeError('no'))
  expect(inspect(pending.future)).toContain('<pending>')
  expect(inspect(resolved.future)).toContain('42')
  expect(inspect(rejected.future)).toContain('<rejected> RangeError: no')
})

test('result ends with its signal, whose reason is the cause', async () => {
  const resolver = new FutureResolver<number>()
  const controller = new AbortController()
  const waiting = resolver.future.result({ signal: controller.signal })
  controller.abort('enough')
  await expect(waiting).rejects.toMatchObject({ name: 'CancelledError', cause: 'enough' })
  await expect(resolver.future.result({ signal: AbortSignal.abort('before') })).rejects.toMatchObject({
    cause: 'before',
  })
})

// CPython: test_exception_with_timeout, test_exception_with_success
test('exception is the error of the task, or undefined', async () => {
  const failed = new FutureResolver<number>()
  const error = new RangeError('bad')
  failed.reject(error)
  expect(await failed.future.exception()).toBe(error)
  const succeeded = new FutureResolver<number>()
  succeeded.resolve(1)
  expect(await succeeded.future.exception()).toBeUndefined()
  const cancelled = new FutureResolver<number>()
  cancelled.future.cancel()
  await expect(cancelled.future.exception()).rejects.toBeInstanceOf(CancelledError)
})

// CPython: test_done_callback_with_result, test_done_callback_already_successful
test('F01 onDone calls in the order of adding, with the future, and at once when it is done', () => {
  const resolver = new FutureResolver<number>()
  const seen: [string, boolean][] = []
  resolver.future.onDone(future => seen.push(['first', future === resolver.future]))
  resolver.future.onDone(() => seen.push(['second', true]))
  resolver.resolve(1)
  resolver.future.onDone(() => seen.push(['late', true]))
  expect(seen).toEqual([
    ['first', true],
    ['second', true],
    ['late', true],
  ])
  for (const end of ['reject', 'cancel'] as const) {
    const other = new FutureResolver<number>()
    const states: string[] = []
    other.future.onDone(({ state }) => states.push(state))
    other[end](new RangeError('no'))
    other.future.onDone(({ state }) => states.push(state))
    const state = end === 'reject' ? 'finished' : 'cancelled'
    expect(states).toEqual([state, state])
  }
})

// CPython: test_done_callback_raises
test('F02 an error of a callback becomes a warning and disturbs no other', async () => {
  const warning = new Promise<Error>(resolve => process.once('warning', resolve))
  const resolver = new FutureResolver<number>()
  let called = false
  resolver.future.onDone(() => {
    throw new RangeError('in a callback')
  })
  resolver.future.onDone(() => void (called = true))
  resolver.resolve(1)
  expect(called).toBe(true)
  expect((await warning).message).toContain('in a callback')
})

test('an async callback that rejects becomes a warning, and ends nothing', async () => {
  const warning = new Promise<Error>(resolve => process.once('warning', resolve))
  const resolver = new FutureResolver<number>()
  const { future } = resolver
  future.onDone(async done => {
    await done
    throw new RangeError('in an async callback')
  })
  resolver.resolve(1)
  expect((await warning).message).toContain('in an async callback')
})

test('what an async executor throws is the failure of its future', async () => {
  const future = new Future<number>(async () => {
    throw new RangeError('in an async executor')
  })
  await expect(future).rejects.toThrow(new RangeError('in an async executor'))
  expect(await new Future<number>(async resolve => resolve(1))).toBe(1)
})

test('a failed future raises no unhandledRejection', async () => {
  let raised = false
  const listener = (): void => void (raised = true)
  process.on('unhandledRejection', listener)
  const resolver = new FutureResolver<number>()
  resolver.reject(new Error('quiet'))
  await new Promise(setImmediate)
  await new Promise(setImmediate)
  process.off('unhandledRejection', listener)
  expect(raised).toBe(false)
  await expect(resolver.future).rejects.toThrow('quiet')
})

test.for([
  undefined,
  Symbol('s'),
  Object.create(null),
  {
    toString: () => {
      throw new Error('no text')
    },
  },
] as const)('a future may fail with anything: %o', async thrown => {
  const resolver = new FutureResolver<number>()
  resolver.reject(thrown)
  expect(await resolver.future.exception()).toBe(thrown)
})

test.for([
  [{ timeoutMs: -1 }, RangeError, /timeoutMs must be a number of milliseconds >= 0, got -1/],
  [{ timeoutMs: 'x' }, TypeError, /timeoutMs must be a number of milliseconds >= 0, got "x"/],
  [{ signal: {} }, TypeError, /signal must be an AbortSignal, got an object/],
  [{ timeout: 1 }, TypeError, /no option `timeout`; did you mean `timeoutMs`/],
] as const)('result refuses %o', ([options, type, message]) => {
  const { future } = new FutureResolver<number>()
  expect(() => future.result(options as never)).toThrow(type)
  expect(() => future.result(options as never)).toThrow(message)
})
