import { AsyncResource } from 'node:async_hooks'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  type Across,
  CancelledError,
  Condition,
  InvalidStateError,
  Lock,
  Region,
  RLock,
  Semaphore,
  WaitTimeoutError,
} from '../../src/index.ts'
import { elapsed } from '../support/elapsed.ts'
import { Party } from '../support/party.ts'

const resource = new AsyncResource('outside')
/** As code that is not in a call of `runExclusive`. */
const outside = <T>(run: () => T): T => resource.runInAsyncScope(run)

/** Locks, between the test and parties on threads or processes. */
export function describeLocks(across: Across): void {
  let parties: Party[]
  beforeAll(() => void (parties = Array.from({ length: 5 }, () => new Party(across))))
  afterAll(() => Promise.all(parties.map(party => party.kill())))
  const party = (index: number): Party => parties[index] ?? expect.unreachable()

  describe.each([false, true])('a Lock, fair: %s', fair => {
    const make = (): Lock => new Lock({ across, fair })

    // CPython: _TestLock.test_lock
    test('S01 it is acquired, refused while held, released, and a release too many is an error', async () => {
      const lock = make()
      expect(lock.locked).toBe(false)
      await lock.acquire()
      expect([lock.tryAcquire(), lock.locked]).toEqual([null, true])
      lock.release()
      expect(lock.locked).toBe(false)
      expect(() => lock.release()).toThrow(InvalidStateError)
    })

    // CPython: LockTests.test_with
    test('S03 a scope releases it, also on an error', async () => {
      const lock = make()
      const failing = async (): Promise<void> => {
        using _ = await lock.acquire()
        throw new Error('in the scope')
      }
      await expect(failing()).rejects.toThrow('in the scope')
      expect(lock.locked).toBe(false)
      await expect(lock.runExclusive(() => Promise.reject(new Error('in the call')))).rejects.toThrow('in the call')
      expect(() => lock.runExclusiveSync(() => expect(lock.locked).toBe(true), { allowMainThread: true })).not.toThrow()
      expect(await lock.runExclusive(guard => [guard.ownerDied, lock.locked])).toEqual([false, true])
      expect(lock.locked).toBe(false)
    })

    // CPython: BaseLockTests.test_acquire_contended
    test('S04 five contenders all get it after one release', async () => {
      const lock = make()
      const region = Region.create(8, { across })
      const guard = await lock.acquire()
      const done = Promise.all(
        parties.map((each, i) => each.call('countUnder', lock, region, 1, i % 2 === 0 ? 'acquire' : 'acquireSync')),
      )
      expect(new Int32Array(region.buffer)[0]).toBe(0)
      guard.release()
      await done
      expect([new Int32Array(region.buffer)[0], lock.locked]).toEqual([5, false])
    })

    // CPython: BaseLockTests.test_try_acquire_contended
    test('S05 another is refused while it is held', async () => {
      const lock = make()
      const guard = await lock.acquire()
      expect(await party(0).call('tryAcquire', lock)).toBe(false)
      guard.release()
      expect(await party(0).call('tryAcquire', lock)).toBe(true)
    })

    // CPython: BaseLockTests.test_timeout. A negative time limit is an error here, where multiprocessing takes it for
    // 0.
    test('S06 time limits are kept, and wrong ones are refused', async () => {
      const lock = make()
      await expect(lock.acquire({ timeoutMs: -1 })).rejects.toThrow(
        /timeoutMs must be a number of milliseconds >= 0, got -1/,
      )
      await expect(lock.acquire({ timeoutMs: 2 ** 40 })).rejects.toThrow(RangeError)
      await expect(lock.acquire({ timeout: 5 } as never)).rejects.toThrow(/did you mean `timeoutMs`/)
      await lock.acquire({ timeoutMs: 0 })
      expect(
        await elapsed(() => expect(lock.acquire({ timeoutMs: 60 })).rejects.toThrow(WaitTimeoutError)),
      ).toBeGreaterThanOrEqual(58)
      await expect(lock.acquire({ timeoutMs: 0 })).rejects.toThrow('the lock was not acquired within timeoutMs = 0')
      expect(
        await elapsed(() =>
          expect(() => lock.acquireSync({ timeoutMs: 60, allowMainThread: true })).toThrow(WaitTimeoutError),
        ),
      ).toBeGreaterThanOrEqual(59)
      await expect(party(0).call('acquire', lock, 'acquireSync', 20)).rejects.toThrow(/within timeoutMs = 20/)
    })

    // CPython: LockTests.test_different_thread
    test('S07 it may be released by another than acquired it', async () => {
      const lock = make()
      await party(0).call('acquire', lock)
      lock.release()
      expect(lock.locked).toBe(false)
      await lock.acquire()
      await party(1).call('release', lock)
      expect(lock.locked).toBe(false)
    })

    // CPython: LockTests.test_state_after_timeout
    test('S08 after a time-out it is as before', async () => {
      const lock = make()
      const guard = await lock.acquire()
      await expect(lock.acquire({ timeoutMs: 5 })).rejects.toThrow(WaitTimeoutError)
      await expect(party(0).call('acquire', lock, 'acquire', 5)).rejects.toThrow(/WaitTimeout|within/)
      guard.release()
      expect(lock.locked).toBe(false)
      await lock.acquire({ timeoutMs: 0 })
      lock.release()
    })

    test('it excludes: blocking and asynchronous parties count exactly', async () => {
      const lock = make()
      const region = Region.create(8, { across })
      const times = fair ? 300 : 2000
      await Promise.all([
        ...parties
          .slice(0, 4)
          .map((each, i) => each.call('countUnder', lock, region, times, i % 2 === 0 ? 'acquire' : 'acquireSync')),
        ...Array.from({ length: 3 }, async () => {
          for (let i = 0; i < 100; i++) {
            await lock.runExclusive(async () => {
              const words = new Int32Array(region.buffer)
              const before = words[0] ?? 0
              if (i % 16 === 0) await new Promise(setImmediate)
              words[0] = before + 1
            })
          }
        }),
      ])
      expect(new Int32Array(region.buffer)[0]).toBe(4 * times + 300)
    })

    test('a signal ends the wait, with its reason as the cause', async () => {
      const lock = make()
      const guard = await lock.acquire()
      const controller = new AbortController()
      const waiting = lock.acquire({ signal: controller.signal })
      controller.abort('no longer wanted')
      await expect(waiting).rejects.toThrow(
        expect.objectContaining({ name: 'CancelledError', cause: 'no longer wanted' }),
      )
      await expect(lock.acquire({ signal: controller.signal })).rejects.toThrow(CancelledError)
      guard.release()
      expect(lock.tryAcquire()).not.toBeNull()
    })

    test('a guard releases once, and only what is held', async () => {
      const lock = make()
      const guard = await lock.acquire()
      guard.release()
      expect(() => guard.release()).toThrow(InvalidStateError)
      guard[Symbol.dispose]()
      const stolen = await lock.acquire()
      lock.release()
      expect(() => stolen.release()).toThrow(InvalidStateError)
    })

    test('a guard that is left over from an earlier hold frees no later one', async () => {
      const lock = make()
      await expectOwnHoldOnly(lock)
      // A call that waits holds the lock before it continues.
      const first = await lock.acquire()
      const second = lock.acquire()
      lock.release()
      expect(() => first.release()).toThrow(InvalidStateError)
      ;(await second).release()
      expect(lock.locked).toBe(false)
    })

    test('a guard outlasts a wait of a condition, frees no hold in between, and is not spent by trying', async () => {
      await expectSameHoldAfterWait(make())
    })

    test('it is taken over from an owner that died, and its guard says so', async () => {
      for (const method of ['acquire', 'acquireSync'] as const) {
        const lock = make()
        const dies = new Party(across)
        await dies.call('acquire', lock)
        const waiting = party(0).call('acquire', lock, method)
        await dies.kill()
        expect(await waiting).toBe(true)
        await party(0).call('releaseGuard', lock)
        const guard = await lock.acquire()
        expect(guard.ownerDied).toBe(false)
        guard.release()
      }
    })

    test('one that waits and dies, or gives up, does not hold up the others', async () => {
      const lock = make()
      const guard = await lock.acquire()
      const dies = new Party(across)
      dies.call('acquire', lock).catch(() => {})
      await expect(party(1).call('acquire', lock, 'acquireSync', 30)).rejects.toThrow(/within/)
      const waiting = party(0).call('acquire', lock, 'acquireSync')
      await dies.kill()
      guard.release()
      await waiting
      await party(0).call('releaseGuard', lock)
      expect(lock.locked).toBe(false)
    })

    test('the same lock is the same object in a party', async () => {
      const lock = make()
      await party(0).call('keep', lock)
      expect(await party(0).call('returnKept')).toBe(lock)
    })
  })

  test('fair: it is handed over in the order in which it was asked for', async () => {
    const lock = new Lock({ across, fair: true })
    const guard = await lock.acquire()
    const order: number[] = []
    const waiting: Promise<void>[] = []
    for (let i = 0; i < 5; i++) {
      waiting.push(lock.runExclusive(() => void order.push(i)))
      await new Promise(setImmediate)
    }
    guard.release()
    await Promise.all(waiting)
    expect(order).toEqual([0, 1, 2, 3, 4])
  })

  test('fair: an asynchronous acquire gets its turn while others take it again and again', async () => {
    const lock = new Lock({ across, fair: true })
    const region = Region.create(8, { across })
    const busy = Promise.all(
      parties.slice(0, 2).map(each => each.call('countUnder', lock, region, 2000, 'acquireSync')),
    )
    for (let i = 0; i < 20; i++) await lock.runExclusive(() => {})
    expect(new Int32Array(region.buffer)[0]).toBeLessThanOrEqual(4000)
    await busy
    expect(new Int32Array(region.buffer)[0]).toBe(4000)
  })

  describe('an RLock', () => {
    // CPython: _TestLock.test_rlock
    test('S02 three acquires need three releases, and a fourth is an error', async () => {
      const lock = new RLock({ across })
      for (let i = 0; i < 3; i++) await lock.acquire()
      lock.release()
      lock.release()
      expect([lock.owned, await party(0).call('tryAcquire', lock)]).toEqual([true, false])
      lock.release()
      expect([lock.owned, lock.locked]).toEqual([false, false])
      expect(() => lock.release()).toThrow(InvalidStateError)
    })

    // CPython: RLockTests.test_release_unacquired, test_different_thread
    test('S09 a release by another than the owner, or without acquire, is an error', async () => {
      const lock = new RLock({ across })
      expect(() => lock.release()).toThrow(/not held here/)
      await party(0).call('acquire', lock)
      expect(() => lock.release()).toThrow(/not held here/)
      await expect(party(1).call('release', lock)).rejects.toThrow(/not held here/)
      await party(0).call('releaseGuard', lock)
      expect(lock.locked).toBe(false)
    })

    // CPython: RLockTests.test__is_owned
    test('S10 who owns it is known to each party, and outlasts a nested release', async () => {
      const lock = new RLock({ across })
      await party(0).call('acquire', lock)
      await party(0).call('acquire', lock, 'acquireSync')
      expect([await party(0).call('owned', lock), await party(1).call('owned', lock), lock.owned]).toEqual([
        true,
        false,
        false,
      ])
      await party(0).call('release', lock)
      expect(await party(0).call('owned', lock)).toBe(true)
      await party(0).call('release', lock)
      expect(await party(0).call('owned', lock)).toBe(false)
    })

    test('a guard that is left over from an earlier hold frees no later one', () =>
      expectOwnHoldOnly(new RLock({ across })))

    test('a guard outlasts a wait of a condition, frees no hold in between, and is not spent by trying', async () => {
      const lock = new RLock({ across })
      await expectSameHoldAfterWait(lock)
      const [outer, inner] = [await lock.acquire(), await lock.acquire()]
      expect(await new Condition({ lock }).wait({ timeoutMs: 1 })).toBe(false)
      inner.release()
      expect(lock.owned).toBe(true)
      outer.release()
      expect(lock.locked).toBe(false)
    })

    test('calls of runExclusive in one thread exclude each other, and each can be nested', async () => {
      const lock = new RLock({ across })
      let inside = 0
      const nested = (): Promise<void> =>
        lock.runExclusive(async () => {
          expect(++inside).toBe(1)
          await new Promise(setImmediate)
          await lock.runExclusive(async () => {
            await lock.acquire()
            expect(lock.owned).toBe(true)
            lock.release()
          })
          inside--
        })
      await Promise.all([nested(), nested(), nested()])
      expect(lock.locked).toBe(false)
    })

    test('two waits of one owner both end when another owner releases it', async () => {
      const lock = new RLock({ across })
      const { promise: over, resolve: release } = Promise.withResolvers<void>()
      const other = lock.runExclusive(() => over)
      expect([lock.locked, lock.owned]).toEqual([true, false])
      const first = lock.acquire()
      const second = lock.acquire()
      release()
      await other
      const guards = await Promise.all([first, second])
      expect([lock.owned, await party(0).call('tryAcquire', lock)]).toEqual([true, false])
      for (const guard of guards) guard.release()
      expect([lock.locked, await party(0).call('tryAcquire', lock)]).toEqual([false, true])
    })

    test('two waits of one owner both end when another party releases it, which wakes a third then', async () => {
      const lock = new RLock({ across })
      await party(0).call('acquire', lock)
      const both = Promise.all([lock.acquire(), lock.acquire(), lock.acquire({ timeoutMs: 60_000 })])
      const third = party(1).call('acquire', lock)
      await party(0).call('releaseGuard', lock)
      const guards = await Promise.race([both, third.then(() => undefined)])
      if (guards === undefined) await party(1).call('releaseGuard', lock)
      for (const guard of await both) guard.release()
      await third
      if (guards !== undefined) await party(1).call('releaseGuard', lock)
      expect(lock.locked).toBe(false)
    })

    test('waiting for ever for what the same thread holds is told', async () => {
      const lock = new RLock({ across })
      await lock.runExclusive(() => {
        expect(outside(() => lock.tryAcquire())).toBeNull()
        expect(() => outside(() => lock.acquireSync({ allowMainThread: true }))).toThrow(/would deadlock/)
      })
    })
  })

  test('blocking the main thread of a program has to be allowed', () => {
    const lock = new Lock({ across })
    expect(() => lock.acquireSync()).toThrow(/acquireSync would block the main thread: use acquire/)
    expect(() => new Semaphore(1, { across }).acquireSync()).toThrow(InvalidStateError)
    lock.acquireSync({ allowMainThread: true }).release()
  })
}

async function expectOwnHoldOnly(lock: Lock | RLock): Promise<void> {
  const takes = [() => lock.acquire(), () => lock.tryAcquire(), () => lock.acquireSync({ allowMainThread: true })]
  for (const take of takes) {
    const old = await lock.acquire()
    lock.release()
    const guard = await take()
    expect(() => old.release()).toThrow(InvalidStateError)
    expect(lock.locked).toBe(true)
    lock.release()
    const last = await take()
    expect(() => guard?.[Symbol.dispose]()).toThrow(InvalidStateError)
    expect(lock.locked).toBe(true)
    last?.release()
    expect(lock.locked).toBe(false)
  }
}

async function expectSameHoldAfterWait(lock: Lock | RLock): Promise<void> {
  const condition = new Condition({ lock })
  const earlier = await lock.acquire()
  lock.release()
  const guard = await lock.acquire()
  const waiting = condition.wait()
  const between = await lock.acquire()
  for (const free of [earlier, guard]) expect(() => free.release()).toThrow(InvalidStateError)
  condition.notify()
  between.release()
  expect(await waiting).toBe(true)
  expect(() => between.release()).toThrow(InvalidStateError)
  expect(lock.locked).toBe(true)
  guard.release()
  expect(lock.locked).toBe(false)
}
