import { getEventListeners } from 'node:events'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import {
  armLimits,
  asCompleted,
  CancelledError,
  type Future,
  FutureResolver,
  type Settle,
  untilDone,
  unwatchFuture,
  wait,
  watchFuture,
} from '../src/index.ts'

const never = (): never => {
  throw new Error('time was over')
}

test('a wait that was settled, ran out of time or was aborted leaves nothing registered', async () => {
  const { signal } = new AbortController()
  const abort = new AbortController()
  let registered = 0
  let settle: Settle<number> | undefined
  const arm = (given: Settle<number>) => {
    settle = given
    registered++
    return () => void registered--
  }
  const settled = untilDone('test', { signal, timeoutMs: 60_000 }, never, arm)
  settle?.resolve(1)
  expect([await settled, registered, getEventListeners(signal, 'abort').length]).toEqual([1, 0, 0])
  expect([await untilDone('test', { signal, timeoutMs: 1 }, () => 2, arm), registered]).toEqual([2, 0])
  await expect(untilDone('test', { timeoutMs: 1 }, never, arm)).rejects.toThrow('time was over')
  const aborted = untilDone('test', { signal: abort.signal }, never, arm)
  abort.abort('reason')
  await expect(aborted).rejects.toMatchObject({ message: 'test was aborted', cause: 'reason' })
  expect([registered, getEventListeners(abort.signal, 'abort').length]).toEqual([0, 0])
})

test('what settles while it is being registered is unregistered, and an aborted signal registers nothing', async () => {
  let registered = 0
  const now = untilDone<number>('test', { timeoutMs: 60_000 }, never, settle => {
    registered++
    settle.resolve(1)
    return () => void registered--
  })
  expect([await now, registered]).toEqual([1, 0])
  const arm = () => {
    registered++
    return undefined
  }
  await expect(untilDone('test', { signal: AbortSignal.abort() }, never, arm)).rejects.toBeInstanceOf(CancelledError)
  expect(registered).toBe(0)
})

test('of time and signal only the first counts', async () => {
  const abort = new AbortController()
  const calls: string[] = []
  await new Promise<void>(resolve => {
    armLimits(
      { timeoutMs: 1, signal: abort.signal },
      () => {
        calls.push('time')
        abort.abort()
        resolve()
      },
      () => calls.push('abort'),
    )
  })
  expect(calls).toEqual(['time'])
})

test('wait and asCompleted leave no callback on a future that is still pending', async () => {
  const [pending, done] = [new FutureResolver<number>(), new FutureResolver<number>()]
  done.resolve(1)
  const futures = [pending.future, done.future]
  await wait(futures, { returnWhen: 'first-done' })
  await wait(futures, { timeoutMs: 1 })
  for await (const value of asCompleted<number>(futures)) if ((value as unknown) === done.future) break
  await pending.future.result({ timeoutMs: 1 }).catch(() => {})
  expect(pending.callbacks).toBeUndefined()
})

test('several waits for one future all end with it, and callbacks between them are called', async () => {
  const resolver = new FutureResolver<number>()
  const { future } = resolver
  let called = 0
  const waits = Array.from({ length: 4 }, (_, i) => {
    future.onDone(() => called++)
    return i % 2 === 0 ? wait([future]) : future.result({ timeoutMs: 60_000 })
  })
  resolver.resolve(1)
  expect(called).toBe(4)
  await Promise.all(waits)
})

test('an iterator of asCompleted that nobody can continue is unregistered', async () => {
  const [pending, done] = [new FutureResolver<number>(), new FutureResolver<number>()]
  const { signal } = new AbortController()
  done.resolve(1)
  await asCompleted([pending.future, done.future], { signal }).next()
  expect(pending.callbacks).toBeDefined()
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  while (pending.callbacks !== undefined) {
    collect()
    await new Promise(setImmediate)
  }
  expect(getEventListeners(signal, 'abort')).toEqual([])
})

test('watching a future is no look at it, and can be taken back', async () => {
  const resolver = new FutureResolver<number>()
  const calls: number[] = []
  const removed = () => void calls.push(2)
  watchFuture(resolver.future, () => calls.push(1))
  watchFuture(resolver.future, removed)
  unwatchFuture(resolver.future, removed)
  resolver.reject(new Error('nobody looks'))
  expect([calls, resolver.failure?.unseen?.seen]).toEqual([[1], false])
  watchFuture(resolver.future, () => calls.push(3))
  expect(calls).toEqual([1, 3])
  await resolver.future.exception()
})

// CPython: test_free_reference_yielded_future
test('F16 asCompleted does not hold a future that it has yielded', async () => {
  const gc = (setFlagsFromString('--expose-gc'), runInNewContext('gc')) as () => void
  const pending = new FutureResolver<number>()
  const start = (): AsyncIterator<Future<number>> => {
    const done = new FutureResolver<number>()
    done.resolve(1)
    return asCompleted([done.future, pending.future])[Symbol.asyncIterator]()
  }
  const iterator = start()
  const take = async (): Promise<WeakRef<object>> => new WeakRef((await iterator.next()).value as object)
  const yielded = await take()
  while (yielded.deref() !== undefined) {
    await new Promise(setImmediate) // what was looked at is kept until then
    gc()
  }
  pending.resolve(2)
  expect((await iterator.next()).value).toBe(pending.future)
})
