import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  type Across,
  Barrier,
  BrokenBarrierError,
  Condition,
  InvalidStateError,
  Lock,
  Region,
  Semaphore,
  SharedEvent,
} from '../../src/index.ts'
import { Party } from '../support/party.ts'

const allow = { allowMainThread: true }

const elapsed = async (run: () => unknown): Promise<number> => {
  const start = performance.now()
  await run()
  return performance.now() - start
}

/** Conditions, events and barriers, between the test and parties on threads or processes. */
export function describeSignals(across: Across): void {
  let parties: Party[]
  beforeAll(() => void (parties = Array.from({ length: 5 }, () => new Party(across))))
  afterAll(() => Promise.all(parties.map(party => party.kill())))
  const party = (index: number): Party => parties[index] ?? expect.unreachable()
  const methods = (i: number): 'wait' | 'waitSync' => (i % 2 === 0 ? 'wait' : 'waitSync')

  describe('a Condition', () => {
    /** Parties and this thread wait; resolves when all do. */
    async function sleepers(condition: Condition, count: number, timeoutMs?: number): Promise<Promise<boolean>[]> {
      const sleeping = new Semaphore(0, { across })
      const waits = Array.from({ length: count }, (_, i) =>
        party(i % 5).call('waitForNotification', condition, sleeping, i < 5 ? methods(i) : 'wait', timeoutMs),
      )
      for (let i = 0; i < Math.min(count, 5); i++) await sleeping.acquire()
      // Whoever is about to wait lets go of the lock only when it does.
      await condition.runExclusive(() => {})
      return waits
    }

    // CPython: _TestCondition.test_notify
    test('S16 notify wakes one of those that wait, then the other', async () => {
      const condition = new Condition({ across })
      const waits = await sleepers(condition, 2)
      let woken = 0
      for (const wait of waits) void wait.then(() => woken++)
      await condition.runExclusive(() => condition.notify())
      await Promise.race(waits)
      await condition.runExclusive(() => {})
      expect(woken).toBe(1)
      await condition.runExclusive(() => condition.notify())
      expect(await Promise.all(waits)).toEqual([true, true])
    })

    // CPython: _TestCondition.test_notify_all
    test('S17 waits whose time was over leave nothing behind; notifyAll wakes all others', async () => {
      const condition = new Condition({ across })
      expect(await Promise.all(await sleepers(condition, 5, 20))).toEqual([false, false, false, false, false])
      const waits = await sleepers(condition, 5)
      await condition.runExclusive(() => condition.notifyAll())
      expect(await Promise.all(waits)).toEqual([true, true, true, true, true])
      // A notification that nobody waits for is not remembered.
      await condition.runExclusive(async () => expect(await condition.wait({ timeoutMs: 5 })).toBe(false))
    })

    // CPython: _TestCondition.test_timeout
    test('S18 wait is false when time is over, and the lock is held then', async () => {
      const condition = new Condition({ across })
      await condition.runExclusive(async () => {
        expect(
          await elapsed(async () => expect(await condition.wait({ timeoutMs: 40 })).toBe(false)),
        ).toBeGreaterThanOrEqual(38)
        expect(await party(0).call('tryAcquire', condition.lock)).toBe(false)
      })
      expect(await party(0).call('tryAcquire', condition.lock)).toBe(true)
    })

    // CPython: _TestCondition.test_waitfor, test_waitfor_timeout
    test('S19 waitFor waits for what is asked; what it was told last comes back when time is over', async () => {
      const condition = new Condition({ across })
      const region = Region.create(8, { across })
      const done = party(0).call('waitForWord', condition, region, 4)
      for (let value = 1; value <= 4; value++) await party(1).call('setWord', condition, region, value)
      expect(await done).toBe(true)
      expect(await party(0).call('waitForWord', condition, region, 5, 20)).toBe(false)
      await condition.runExclusive(async () => expect(await condition.waitFor(() => 0, { timeoutMs: 5 })).toBe(0))
    })

    // CPython: ConditionTests.test_unacquired_wait, test_unacquired_notify
    test('S20 wait and notify without the lock are errors', async () => {
      for (const condition of [new Condition({ across }), new Condition({ lock: new Lock({ across }) })]) {
        await expect(condition.wait()).rejects.toThrow(InvalidStateError)
        expect(() => condition.notify()).toThrow(/Condition.notify needs the lock/)
        expect(() => condition.notifyAll()).toThrow(InvalidStateError)
        await expect(condition.waitFor(() => true)).rejects.toThrow(InvalidStateError)
        expect(() => condition.waitSync(allow)).toThrow(InvalidStateError)
        await party(0).call('acquire', condition.lock)
        expect(() => condition.notify()).toThrow(InvalidStateError)
        await party(0).call('releaseGuard', condition.lock)
      }
    })

    // CPython: ConditionTests.test_acquire
    test('S21 it shares a lock that it is given; its own can be acquired again', async () => {
      const lock = new Lock({ across })
      const [one, other] = [new Condition({ lock }), new Condition({ lock })]
      const guard = await one.acquire()
      expect([lock.locked, other.tryAcquire()]).toEqual([true, null])
      guard.release()
      const own = new Condition({ across })
      await own.acquire()
      await own.acquire()
      expect(await own.wait({ timeoutMs: 1 })).toBe(false)
      own.release()
      own.release()
      expect(own.lock.locked).toBe(false)
      expect(() => new Condition({ lock, across: across === 'threads' ? 'processes' : 'threads' })).toThrow(
        /across must be that of the lock/,
      )
      expect(() => new Condition({ lock: {} as never })).toThrow(TypeError)
    })

    test('a signal ends the wait; the lock is held when it has', async () => {
      const condition = new Condition({ across })
      const controller = new AbortController()
      await condition.runExclusive(async () => {
        const waiting = condition.wait({ signal: controller.signal })
        setImmediate(() => controller.abort('enough'))
        await expect(waiting).rejects.toThrow(expect.objectContaining({ name: 'CancelledError', cause: 'enough' }))
        condition.notify()
      })
      expect(condition.lock.locked).toBe(false)
    })

    test('a party that dies while it waits takes no notification from others', async () => {
      const condition = new Condition({ across })
      const sleeping = new Semaphore(0, { across })
      const dies = new Party(across)
      dies.call('waitForNotification', condition, sleeping, 'wait').catch(() => {})
      await sleeping.acquire()
      const wait = party(0).call('waitForNotification', condition, sleeping, 'waitSync')
      await sleeping.acquire()
      await condition.runExclusive(() => {})
      await dies.kill()
      await condition.runExclusive(() => condition.notify())
      expect(await wait).toBe(true)
    })
  })

  describe('a SharedEvent', () => {
    // CPython: _TestEvent.test_event
    test('S22 wait is false until it is set, and true at once from then until it is cleared', async () => {
      const event = new SharedEvent({ across })
      expect([event.isSet, await event.wait({ timeoutMs: 0 })]).toEqual([false, false])
      expect(await elapsed(async () => expect(await event.wait({ timeoutMs: 40 })).toBe(false))).toBeGreaterThanOrEqual(
        38,
      )
      expect(event.waitSync({ ...allow, timeoutMs: 10 })).toBe(false)
      event.set()
      expect([event.isSet, await event.wait(), await event.wait({ timeoutMs: 0 }), event.waitSync(allow)]).toEqual([
        true,
        true,
        true,
        true,
      ])
      event.clear()
      expect([event.isSet, await event.wait({ timeoutMs: 1 })]).toEqual([false, false])
      const waiting = event.wait()
      await party(0).call('setEvent', event)
      expect([await waiting, event.isSet]).toEqual([true, true])
    })

    // CPython: EventTests.test_notify
    test('S23 all that wait are woken, also a second time, and also when it is cleared at once', async () => {
      const event = new SharedEvent({ across })
      for (let round = 0; round < 2; round++) {
        const waits = parties.map((each, i) => each.call('waitForEvent', event, methods(i)))
        // One that answers first has the others behind it; those that block cannot say so, and are given a moment by a
        // short wait of our own.
        await event.wait({ timeoutMs: 30 })
        event.set()
        event.clear()
        expect(await Promise.all(waits)).toEqual([true, true, true, true, true])
      }
    })

    test('many wait in one thread', async () => {
      const event = new SharedEvent({ across })
      const waits = Array.from({ length: 200 }, () => event.wait())
      await party(0).call('setEvent', event)
      expect((await Promise.all(waits)).every(Boolean)).toBe(true)
    })
  })

  describe('a Barrier', () => {
    // CPython: BarrierTests.test_barrier, test_barrier_10
    test.each([1, 10])('S24 it is passed in lockstep, %i times', async times => {
      const barrier = new Barrier(5, { across })
      const region = Region.create(8, { across })
      await Promise.all(parties.map((each, i) => each.call('pass', barrier, region, times, methods(i))))
      expect([new Int32Array(region.buffer)[0], barrier.waiting, barrier.broken]).toEqual([5 * times, 0, false])
    })

    // CPython: BarrierTests.test_wait_return
    test('S25 wait returns 0 to parties - 1, each once', async () => {
      const barrier = new Barrier(5, { across })
      expect(
        (await Promise.all(parties.map((each, i) => each.call('waitAtBarrier', barrier, methods(i))))).toSorted(
          (a, b) => a - b,
        ),
      ).toEqual([0, 1, 2, 3, 4])
    })

    // CPython: BarrierTests.test_action
    test('S26 the action runs once for each passage, before anyone goes on', async () => {
      const seen: string[] = []
      const barrier = new Barrier(2, {
        across,
        action: async () => {
          await new Promise(setImmediate)
          seen.push('action')
        },
      })
      for (let i = 0; i < 2; i++) {
        await Promise.all([
          barrier.wait().then(() => seen.push('passed')),
          barrier.wait().then(() => seen.push('passed')),
        ])
      }
      expect(seen).toEqual(['action', 'passed', 'passed', 'action', 'passed', 'passed'])
      const failing = new Barrier(2, { across, action: () => expect.unreachable('the action fails') })
      const results = await Promise.allSettled([failing.wait(), failing.wait()])
      expect(results.map(result => result.status === 'rejected' && (result.reason as Error).name)).toEqual([
        'BrokenBarrierError',
        'AssertionError',
      ])
      expect(failing.broken).toBe(true)
    })

    // CPython: BarrierTests.test_abort
    test('S27 abort throws in all that wait, and it stays broken', async () => {
      const barrier = new Barrier(5, { across })
      const waits = Promise.allSettled(
        parties.slice(0, 4).map((each, i) => each.call('waitAtBarrier', barrier, methods(i))),
      )
      while (barrier.waiting < 4) await new Promise(setImmediate)
      await party(4).call('abortBarrier', barrier)
      expect((await waits).map(result => result.status === 'rejected' && (result.reason as Error).name)).toEqual(
        Array.from({ length: 4 }, () => 'BrokenBarrierError'),
      )
      expect(barrier.broken).toBe(true)
      await expect(barrier.wait()).rejects.toThrow(BrokenBarrierError)
      expect(() => barrier.waitSync(allow)).toThrow(/reset\(\) makes it usable again/)
    })

    // CPython: BarrierTests.test_reset, test_abort_and_reset
    test('reset throws in those that wait, and it is as new', async () => {
      const barrier = new Barrier(2, { across })
      const waiting = party(0).call('waitAtBarrier', barrier, 'wait')
      const failed = expect(waiting).rejects.toThrow(expect.objectContaining({ name: 'BrokenBarrierError' }))
      while (barrier.waiting < 1) await new Promise(setImmediate)
      await barrier.reset()
      await failed
      expect(barrier.broken).toBe(false)
      barrier.abortSync(allow)
      barrier.resetSync(allow)
      expect(
        (await Promise.all([barrier.wait(), party(0).call('waitAtBarrier', barrier, 'waitSync')])).toSorted(
          (a, b) => a - b,
        ),
      ).toEqual([0, 1])
    })

    // CPython: BarrierTests.test_timeout, test_default_timeout
    test('S28 one that comes too late breaks it for all, by the limit of its wait or of the barrier', async () => {
      for (const barrier of [new Barrier(3, { across }), new Barrier(3, { across, timeoutMs: 30 })]) {
        const waits = await Promise.allSettled([
          barrier.wait({ timeoutMs: 30 }),
          party(0).call('waitAtBarrier', barrier, 'waitSync'),
        ])
        expect(waits.map(result => result.status === 'rejected' && (result.reason as Error).name)).toEqual([
          'BrokenBarrierError',
          'BrokenBarrierError',
        ])
        expect(barrier.broken).toBe(true)
      }
    })

    // CPython: BarrierTests.test_single_thread
    test('S29 one for a single party never blocks', async () => {
      const barrier = new Barrier(1, { across })
      expect([await barrier.wait(), barrier.waitSync(allow), await barrier.wait({ timeoutMs: 0 })]).toEqual([0, 0, 0])
      expect(() => new Barrier(0, { across })).toThrow(/parties must be an integer >= 1, got 0/)
      expect(() => new Barrier(undefined as never)).toThrow(TypeError)
    })

    test('a party that dies in the action breaks it instead of holding up the others', async () => {
      const barrier = new Barrier(2, { across })
      const dies = new Party(across)
      const waiting = party(0).call('waitAtBarrier', barrier, 'waitSync')
      const failed = expect(waiting).rejects.toThrow(expect.objectContaining({ name: 'BrokenBarrierError' }))
      while (barrier.waiting < 1) await new Promise(setImmediate)
      dies.call('waitInAction', barrier).catch(() => {})
      while (barrier.waiting < 2) await new Promise(setImmediate)
      await dies.kill()
      await failed
      expect(barrier.broken).toBe(true)
    })
  })
}
