import { expect, describe, test } from 'vitest'
import {
  type Across,
  BoundedSemaphore,
  InvalidStateError,
  Lock,
  Region,
  Semaphore,
  WaitTimeoutError,
} from '../../src/index.ts'
import type { Party } from '../support/party.ts'

const elapsed = async (run: () => unknown): Promise<number> => {
  const start = performance.now()
  await run()
  return performance.now() - start
}

/** Semaphores, between the test and parties on threads or processes. */
export function describeSemaphores(across: Across, parties: () => readonly Party[]): void {
  const party = (index: number): Party => parties()[index] ?? expect.unreachable()

  describe('a Semaphore', () => {
    // CPython: _TestSemaphore.test_semaphore
    test('S11 its value counts down to 0, where it is refused, and may be released above its initial one', async () => {
      const semaphore = new Semaphore(2, { across })
      const values = [semaphore.value]
      for (let i = 0; i < 2; i++) {
        await semaphore.acquire()
        values.push(semaphore.value)
      }
      expect([values, semaphore.tryAcquire(), await party(0).call('tryAcquire', semaphore)]).toEqual([
        [2, 1, 0],
        null,
        false,
      ])
      semaphore.release(3)
      expect(semaphore.value).toBe(3)
      expect(() => semaphore.release(0)).toThrow(/permits must be an integer >= 1, got 0/)
    })

    // CPython: BoundedSemaphoreTests.test_release_unacquired
    test('S12 a bounded one refuses a release above what it began with, in each party', async () => {
      const semaphore = new BoundedSemaphore(2, { across })
      await semaphore.acquire()
      expect(() => semaphore.release(2)).toThrow(InvalidStateError)
      semaphore.release()
      expect(() => semaphore.release()).toThrow(/more permits were given back than taken/)
      await expect(party(0).call('release', semaphore)).rejects.toThrow(/more permits/)
      expect(semaphore.value).toBe(2)
    })

    // CPython: _TestSemaphore.test_timeout
    test('S13 time limits', async () => {
      const semaphore = new Semaphore(0, { across })
      expect(semaphore.tryAcquire()).toBeNull()
      await expect(semaphore.acquire({ timeoutMs: 0 })).rejects.toThrow(WaitTimeoutError)
      expect(
        await elapsed(() =>
          expect(semaphore.acquire({ timeoutMs: 40 })).rejects.toThrow(/no permit was free within timeoutMs = 40/),
        ),
      ).toBeGreaterThanOrEqual(38)
      await expect(party(0).call('acquire', semaphore, 'acquireSync', 20)).rejects.toThrow(/no permit/)
    })

    // CPython: BaseSemaphoreTests.test_constructor, test_default_value
    test('S14 it begins with 1, and not with less than 0', () => {
      expect(new Semaphore(undefined, { across }).value).toBe(1)
      expect(() => new Semaphore(-1, { across })).toThrow(/permits must be an integer >= 0, got -1/)
      expect(() => new Semaphore(2 ** 31, { across })).toThrow(RangeError)
      expect(() => new Semaphore('1' as never)).toThrow(TypeError)
    })

    // CPython: BaseSemaphoreTests.test_acquire_contended
    test('S15 of many contenders exactly as many go on as there are permits', async () => {
      const semaphore = new Semaphore(7, { across })
      await semaphore.acquire()
      const totals: number[] = []
      const count = { got: 0 }
      const contend = Array.from({ length: 20 }, (_, i) =>
        party(i % 5)
          .call('acquire', semaphore)
          .then(() => void count.got++),
      )
      /** As many as there are permits; none is left. */
      const settle = async (expected: number): Promise<void> => {
        while (count.got < expected) await new Promise(setImmediate)
        expect(semaphore.tryAcquire()).toBeNull()
        totals.push(count.got)
      }
      await settle(6)
      semaphore.release(7)
      await settle(13)
      semaphore.release(6)
      await settle(19)
      semaphore.release()
      await Promise.all(contend)
      expect(totals).toEqual([6, 13, 19])
    })

    test('no more are inside than there are permits, blocking or not', async () => {
      const semaphore = new Semaphore(2, { across })
      const region = Region.create(8, { across })
      await Promise.all(
        parties().map((each, i) =>
          each.call('mostInside', semaphore, region, 100, i % 2 === 0 ? 'acquire' : 'acquireSync'),
        ),
      )
      expect([...new Int32Array(region.buffer)]).toEqual([
        0,
        expect.toSatisfy((most: number) => most >= 1 && most <= 2),
      ])
      expect(semaphore.value).toBe(2)
    })
  })

  test('blocking the main thread of a program has to be allowed', () => {
    const lock = new Lock({ across })
    expect(() => lock.acquireSync()).toThrow(/acquireSync would block the main thread: use acquire/)
    expect(() => new Semaphore(1, { across }).acquireSync()).toThrow(InvalidStateError)
    lock.acquireSync({ allowMainThread: true }).release()
  })
}
