import { setImmediate as turn } from 'node:timers/promises'
import { afterEach, expect, test, vi } from 'vitest'
import { ThreadWaiter } from '../../src/waiting/thread-waiter.ts'
import { SharedWords } from '../../src/waiting/words.ts'

const WORD = 16

afterEach(() => void vi.restoreAllMocks())

test('a word that changes while an asynchronous wait begins is noticed at once', async () => {
  const words = new SharedWords(new SharedArrayBuffer(128))
  const [waiter, other] = [new ThreadWaiter(words), new ThreadWaiter(words)]
  const { waitAsync } = Atomics
  vi.spyOn(Atomics, 'waitAsync').mockImplementationOnce((...args: Parameters<typeof waitAsync>) => {
    words.store(WORD, 1)
    other.wake(WORD, 1)
    return waitAsync(...args)
  })
  vi.useFakeTimers({ toFake: ['setTimeout'] }) // it would look by itself after a while
  try {
    const resume = vi.fn()
    waiter.park({ index: WORD, expected: 0 }, resume)
    await turn()
    expect(resume).toHaveBeenCalledOnce()
  } finally {
    vi.useRealTimers()
  }
})

test('nobody is counted as waiting once all are gone', async () => {
  const words = new SharedWords(new SharedArrayBuffer(128))
  const waiter = new ThreadWaiter(words)
  const woken = new Promise<void>(resolve => void waiter.park({ index: WORD, expected: 0 }, resolve))
  expect(words.load(0)).not.toBe(0)
  words.store(WORD, 1)
  waiter.wake(WORD, 1)
  await woken
  expect(words.load(0)).toBe(0)
})
