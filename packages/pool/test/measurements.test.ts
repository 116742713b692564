import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { expect, test } from 'vitest'
import { ThreadPoolExecutor } from '../src/index.ts'
import { burn, increment } from './tasks/work.ts'

test('an executor measures from when it is first asked', async () => {
  await using pool = new ThreadPoolExecutor({ maxWorkers: 1 })
  await pool.submit(increment, 1)
  const { runUs, waitUs, bytes } = pool.measure()
  expect([runUs.count, waitUs.count]).toEqual([0, 0])
  const behind = [pool.submit(burn, 5), pool.submit(burn, 5)]
  await Promise.all(behind)
  expect([runUs.count, waitUs.count, bytes.count]).toEqual([2, 2, 0])
  expect(runUs.min).toBeGreaterThanOrEqual(4900)
  const buffer = new Float64Array(1000).buffer
  await pool.with({ transfer: [buffer] }).submit((given: ArrayBuffer) => given.byteLength, buffer)
  expect(bytes.count).toBe(1)
  expect(pool.measure().runUs === runUs).toBe(true)
  expect(bytes.min).toBe(8000)
})

test('what becomes of a message is published, in order', async () => {
  await using pool = new ThreadPoolExecutor({ maxWorkers: 1 })
  const names = ['pool-queue', 'worker-start', 'pool-send', 'pool-begin', 'pool-end'] as const
  const events: { readonly type: string; readonly tasks?: number; readonly worker?: { readonly id: number } }[] = []
  const note = (event: unknown): void => void events.push(event as (typeof events)[number])
  for (const name of names) subscribe(`manyhands:${name}`, note)
  await pool.with({ timeoutMs: 60_000 }).submit(increment, 1)
  for (const name of names) unsubscribe(`manyhands:${name}`, note)
  const types = events.map(({ type }) => type)
  expect(types.toSorted()).toEqual([...names].toSorted())
  expect(types.indexOf('pool-send')).toBeLessThan(types.indexOf('pool-begin'))
  expect(types.at(-1)).toBe('pool-end')
  expect(events.at(-1)).toMatchObject({ tasks: 1, worker: { id: 0 } })
})
