import { expect, test } from 'vitest'
import { StartWatch } from '../src/dispatch/start-watch.ts'

const DEFAULT_MS = 5

/** Resolves with the milliseconds after which the worker is late. */
function lateness(
  initializing: boolean,
  startTimeoutMs?: number,
  isTaskLimitedTo: (ms: number) => boolean = () => false,
) {
  const { promise, resolve } = Promise.withResolvers<number>()
  const watch = new StartWatch({ startTimeoutMs, isTaskLimitedTo, onLate: resolve }, DEFAULT_MS)
  watch.begin({ ready: false, ending: false, gone: false, initializing })
  // The watch itself does not keep a program alive.
  const alive = setInterval(() => {}, 1000)
  return promise.finally(() => clearInterval(alive))
}

test('without a limit, a worker that has no initializer has that of a start', async () => {
  expect(await lateness(false)).toBe(DEFAULT_MS)
})

test('a limit that is given holds for the initializer too', async () => {
  expect(await lateness(true, 7)).toBe(7)
})

test('an initializer without one has the longer of both while a task with a limit waits', async () => {
  let looks = 0
  expect(await lateness(true, undefined, ms => (looks++, ms >= 7 * DEFAULT_MS))).toBe(7 * DEFAULT_MS)
  expect(looks).toBe(3)
})

test('a worker whose word waits to be received, because this thread was busy, is not late', async () => {
  const worker = { ready: false, ending: false, gone: false, initializing: false }
  const { promise: looked, resolve } = Promise.withResolvers<string>()
  const watch = new StartWatch({ startTimeoutMs: 1, isTaskLimitedTo: () => false, onLate: () => resolve('late') })
  watch.begin(worker)
  const { port1, port2 } = new MessageChannel()
  port2.addEventListener('message', () => {
    worker.ready = true
    setImmediate(() => setImmediate(resolve, 'ready'))
    port2.close()
  })
  port2.start()
  port1.postMessage('ready')
  for (const end = performance.now() + 5; performance.now() < end;);
  expect(await looked).toBe('ready')
})
