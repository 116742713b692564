import { afterEach, expect, test, vi } from 'vitest'
import { type Across, Barrier, BrokenBarrierError, Condition, Lock, RLock, Semaphore } from '../../src/index.ts'

const allowMainThread = true
const acrosses: readonly Across[] = ['threads', 'processes']

/** Rejects: a rejection that nobody handles would end the test. */
const asynchronous = async (): Promise<never> => {
  throw new Error('nobody waits for this')
}

const emitWarning = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
afterEach(() => {
  expect(emitWarning).toHaveBeenCalledWith(expect.objectContaining({ message: 'nobody waits for this' }))
  emitWarning.mockClear()
})

test.each(acrosses)('an async function in runExclusiveSync is a TypeError, and the lock is free (%s)', async across => {
  for (const lock of [new Lock({ across }), new Lock({ across, fair: true }), new RLock({ across })]) {
    expect(() => lock.runExclusiveSync(asynchronous, { allowMainThread })).toThrow(
      new TypeError('fn must not be async, it returned a promise: use runExclusive, which waits for it'),
    )
    expect(lock.locked).toBe(false)
  }
  const condition = new Condition({ across })
  expect(() => condition.runExclusiveSync(asynchronous, { allowMainThread })).toThrow(TypeError)
  const semaphore = new Semaphore(1, { across })
  expect(() => semaphore.runExclusiveSync(asynchronous, { allowMainThread })).toThrow(TypeError)
  expect([condition.lock.locked, semaphore.value]).toEqual([false, 1])
})

test.each(acrosses)('an async predicate of a condition is a TypeError, and the lock is held (%s)', async across => {
  const condition = new Condition({ across })
  const guard = await condition.acquire()
  await expect(condition.waitFor(asynchronous)).rejects.toThrow(/^predicate must not be async, it returned a promise/)
  expect(() => condition.waitForSync(asynchronous, { allowMainThread })).toThrow(TypeError)
  guard.release()
  expect(condition.lock.locked).toBe(false)
})

test.each(acrosses)('an async action breaks a barrier whose last party waits synchronously (%s)', async across => {
  const barrier = new Barrier(2, { across, action: asynchronous })
  const other = expect(barrier.wait()).rejects.toBeInstanceOf(BrokenBarrierError)
  expect(() => barrier.waitSync({ allowMainThread })).toThrow(
    new TypeError('action must not be async, it returned a promise: all parties have to use wait, not waitSync'),
  )
  await other
})
