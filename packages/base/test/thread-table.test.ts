import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { expect, test } from 'vitest'
import { isThreadDead, markThreadExited, markThreadStarted, threadTable } from '../src/host/thread-table.ts'

test('the exit of a thread is seen however many there were before, and by all who have the table', async () => {
  const before = threadTable().length
  const id = before * 8 + 5
  markThreadStarted(id)
  expect(threadTable().length).toBeGreaterThan(id)
  expect(isThreadDead(id)).toBe(false)
  const worker = new Worker(
    `const { parentPort, workerData: table } = require('node:worker_threads')
     parentPort.once('message', at => parentPort.postMessage(Atomics.load(table, at)))`,
    { eval: true, workerData: threadTable() },
  )
  await once(worker, 'online')
  const later = threadTable().length * 2 + 7
  markThreadStarted(later)
  markThreadExited(later)
  worker.postMessage(later)
  expect(await once(worker, 'message')).toEqual([-1])
  await worker.terminate()
  expect(isThreadDead(later)).toBe(true)
  expect(isThreadDead(id)).toBe(false)
  markThreadExited(id)
  expect(isThreadDead(id)).toBe(true)
  // Past the largest table nothing is known of a thread.
  markThreadExited(2 ** 22)
  expect(isThreadDead(2 ** 22)).toBe(false)
})
