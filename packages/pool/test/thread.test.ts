import { expect, test } from 'vitest'
import { Thread } from '../src/index.ts'
import { describeProcess } from './suite/describe-process.ts'

describeProcess('Thread', Thread)

test('a Thread shares memory with whoever started it', async () => {
  const cell = new Int32Array(new SharedArrayBuffer(4))
  const thread = new Thread({ target: (shared: Int32Array) => Atomics.store(shared, 0, 42), args: [cell] })
  await thread.start()
  expect(thread.threadId).toBeGreaterThan(0)
  expect(thread.pid).toBe(process.pid)
  await thread.join()
  expect(cell[0]).toBe(42)
})
