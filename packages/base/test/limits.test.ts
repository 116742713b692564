import { getEventListeners } from 'node:events'
import { expect, test } from 'vitest'
import {
  armLimits,
  asCompleted,
  CancelledError,
  FutureResolver,
  type Settle,
  untilDone,
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
  expect(pending.callbacks).toEqual([])
})

test('watching a future is no look at it, and can be taken back', async () => {
  const resolver = new FutureResolver<number>()
  const calls: number[] = []
  watchFuture(resolver.future, () => calls.push(1))
  watchFuture(resolver.future, () => calls.push(2))()
  resolver.reject(new Error('nobody looks'))
  expect([calls, resolver.failure?.unseen?.seen]).toEqual([[1], false])
  watchFuture(resolver.future, () => calls.push(3))
  expect(calls).toEqual([1, 3])
  await resolver.future.exception()
})
