import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { Lock, Queue, Region } from '../src/index.ts'
import { ENTERED, ITEMS_EACH, LEFT, PROGRESS, SEEN, STOP, VIOLATIONS } from './support/actions.ts'
import { Party } from './support/party.ts'
import { random } from './support/random.ts'

const KILLS = 200
const SEED = 20261125

type Role = 'holder' | 'producer' | 'consumer'

test(`${KILLS} kills of holders, producers and consumers: no needless loss, nothing comes twice`, async () => {
  const lock = new Lock({ across: 'processes' })
  const queue = new Queue<number>({ across: 'processes', maxSize: 64 })
  const producers = 2
  const region = Region.create((SEEN + producers * ITEMS_EACH) * 4, { across: 'processes' })
  const words = new Int32Array(region.buffer)
  const running: { role: Role; self: number; party: Party; ended: Promise<unknown>; busy: Promise<unknown> }[] = []
  const pids: number[] = []
  const roles: readonly (readonly [Role, number])[] = [
    ['holder', 1],
    ['holder', 2],
    ['producer', 0],
    ['producer', 1],
    ['consumer', 0],
    ['consumer', 1],
  ]
  const start = (role: Role, self: number): (typeof running)[number] => {
    const party = new Party('processes')
    pids.push(party.pid)
    const busy = party.call('keep')
    // Only then: what it is to do blocks it, so that it could not answer any more.
    const ended = busy.then(() =>
      role === 'holder'
        ? party.call('holdAgainAndAgain', lock, region, party.pid)
        : role === 'producer'
          ? party.call('produceAgainAndAgain', queue, region, self)
          : party.call('consumeAgainAndAgain', queue, region),
    )
    ended.catch(() => {})
    return { role, self, party, ended, busy }
  }
  for (const [role, self] of roles) running.push(start(role, self))
  const next = random(SEED)
  const killed = { holder: 0, producer: 0, consumer: 0 }
  for (let i = 0; i < KILLS; i++) {
    const index = Math.floor(next() * running.length)
    const victim = running[index] ?? expect.unreachable()
    await victim.busy // it is there
    await sleep(next() * 10)
    await victim.party.kill()
    killed[victim.role]++
    running[index] = start(victim.role, victim.self)
  }
  // What is left of the items is put and got, and then all end by themselves.
  await Promise.all(running.filter(({ role }) => role === 'producer').map(({ ended }) => ended))
  queue.shutdown()
  Atomics.store(words, STOP, 1)
  await Promise.all(running.map(({ ended }) => ended))
  await Promise.all(running.map(({ party }) => party.kill()))

  expect([words[VIOLATIONS], words[LEFT]]).toEqual([0, words[ENTERED]])
  expect(words[ENTERED]).toBeGreaterThan(100)
  expect([words[PROGRESS], words[PROGRESS + 1]]).toEqual([ITEMS_EACH, ITEMS_EACH])
  const seen = Array.from(words.subarray(SEEN, SEEN + producers * ITEMS_EACH))
  expect(Math.max(...seen)).toBe(1)
  // A producer that is killed may not have put the item that it counted; a consumer may not have said which it got.
  // One each, and no more.
  expect(seen.filter(count => count === 0).length).toBeLessThanOrEqual(killed.producer + killed.consumer)
  expect(queue.size).toBe(0)
  expect((await lock.acquire({ timeoutMs: 1000 })).ownerDied).toBe(false)

  expect(readdirSync('/dev/shm').filter(name => name.startsWith(`manyhands-${process.pid}-`))).toEqual([])
  expect(pids.filter(isRunning)).toEqual([])
}, 300_000)

function isRunning(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'latin1').split(' ')[2] !== 'Z'
  } catch {
    return false
  }
}
