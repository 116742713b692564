import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { Region, replace, revive } from '../../src/index.ts'
import { Party } from '../support/party.ts'

const gc = (globalThis as { gc?: () => void }).gc ?? (() => expect.unreachable('the tests run with --expose-gc'))
const maps = (): number =>
  readFileSync('/proc/self/maps', 'latin1')
    .split('\n')
    .filter(line => line.includes('/dev/shm/')).length

/** Turns of the event loop with collections, until `done`. */
async function collectUntil(done: () => boolean): Promise<void> {
  while (!done()) {
    gc()
    await new Promise(setImmediate)
  }
}

test('close empties all views, gives the memory back, and can be repeated', () => {
  const region = Region.create(4096, { across: 'processes' })
  expect(maps()).toBe(1)
  const views = [new Int32Array(region.buffer), new Float64Array(region.buffer, 8, 4)]
  region.close()
  region.close()
  expect([region.closed, region.byteLength, ...views.map(view => view.length), views[0]?.[0]]).toEqual([
    true,
    0,
    0,
    0,
    undefined,
  ])
  expect(maps()).toBe(0)
  expect(() => region[replace]('processes')).toThrow('closed')
})

test('memory is given back when the last view is collected, and not before', async () => {
  const made = (): Int32Array => {
    const view = new Int32Array(Region.create(4096, { across: 'processes' }).buffer)
    view[0] = 42
    return view
  }
  let view: Int32Array | undefined = made()
  const others = Array.from({ length: 50 }, made).length
  expect(maps()).toBe(1 + others)
  await collectUntil(() => maps() === 1)
  expect(view[0]).toBe(42)
  view = undefined
  await collectUntil(() => maps() === 0)
})

test('a handle that arrived no longer holds what it stands for; until then it does', async () => {
  await using party = new Party('processes')
  const send = (): Promise<void> => party.call('keep', Region.create(4096, { across: 'processes' }))
  await Promise.all(Array.from({ length: 10 }, send))
  await collectUntil(() => maps() === 0)
  let lost: unknown = Region.create(4096, { across: 'processes' })[replace]('processes')
  for (let i = 0; i < 20; i++) {
    gc()
    await new Promise(setImmediate)
  }
  expect(Region[revive](lost as never).byteLength).toBe(4096)
  lost = undefined
  await collectUntil(() => maps() === 0)
})
