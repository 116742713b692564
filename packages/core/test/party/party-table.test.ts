import { InvalidStateError } from '@manyhands/base'
import { expect, test } from 'vitest'
import { PARTY_SLOTS, PARTY_TABLE_BYTES, PartyTable } from '../../src/party/party-table.ts'
import { SharedWords } from '../../src/waiting/words.ts'

/** Parties of one primitive, in threads of this process of which all but the last `alive` are dead. */
function parties(alive: number): (threadId: number) => PartyTable {
  const words = new SharedWords(new SharedArrayBuffer(PARTY_TABLE_BYTES))
  let last = 0
  return threadId =>
    new PartyTable(words, 0, {
      pid: 1,
      startTime: 1,
      threadId: (last = threadId),
      isProcessDead: () => expect.unreachable(),
      isThreadDead: id => id <= last - alive,
    })
}

test('one party more than there is room for is refused with what to do, and those that are there go on', () => {
  const of = parties(Infinity)
  const tables = Array.from({ length: PARTY_SLOTS - 1 }, (_, i) => of(i + 1))
  const bits = tables.map(table => table.me())
  expect(new Set(bits).size).toBe(127)
  expect(() => of(1000).me()).toThrow(InvalidStateError)
  expect(() => of(1000).me()).toThrow(/more than 127 threads and processes, all of them alive, .* use fewer workers/)
  expect(tables.map(table => table.me())).toEqual(bits)
})

test('of the parties that come and go there may be any number', () => {
  const alive = PARTY_SLOTS - 1
  const of = parties(alive)
  const bits: number[] = []
  for (let threadId = 1; threadId <= 20_000; threadId++) {
    const table = of(threadId)
    bits[threadId] = table.me()
    if (threadId <= alive) continue
    const oldest = threadId - alive + 1
    const dead = [oldest - 1, oldest, threadId].map(id => table.isDead(bits[id] as number))
    expect(dead).toEqual([true, false, false])
  }
})
