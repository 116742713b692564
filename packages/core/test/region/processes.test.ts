import { closeSync, openSync, readdirSync, rmSync } from 'node:fs'
import { slot } from '@manyhands/base'
import { afterEach, describe, expect, test } from 'vitest'
import { type Across, Region, replace, revive, SerializationError } from '../../src/index.ts'
import { ownCreator } from '../../src/process-identity.ts'
import { handOver } from '../../src/region/shared-file.ts'
import { sweepDeadNames } from '../../src/region/sweep.ts'
import { Party } from '../support/party.ts'

const segments = (): string[] => readdirSync('/dev/shm').filter(name => name.startsWith('manyhands-'))

function handle(region: Region): { path: string; byteLength: number; id: string } {
  return region[replace]('processes') as never
}

describe.each<Across>(['threads', 'processes'])('a region across processes, seen from %s', kind => {
  test('all see the same bytes, and Atomics are exact', async () => {
    await using party = new Party(kind)
    await using other = new Party(kind)
    const region = Region.create(64, { across: 'processes' })
    expect(region.buffer).toBeInstanceOf(ArrayBuffer)
    expect([...new Uint8Array(region.buffer)]).toEqual(Array.from({ length: 64 }, () => 0))
    await Promise.all([party.call('add', region, 50_000), other.call('add', region, 50_000)])
    expect(new Int32Array(region.buffer)[0]).toBe(100_000)
  })

  test('the same region is the same object there, also when it comes back here', async () => {
    await using party = new Party(kind)
    const region = Region.create(8, { across: 'processes' })
    await party.call('keep', region)
    expect(await party.call('sameAsKept', region)).toBe(true)
    expect(await party.call('returnKept')).toBe(region)
  })

  test('one that a worker makes and returns arrives, although the worker drops it at once', async () => {
    await using party = new Party(kind, kind === 'processes' ? ['--expose-gc'] : [])
    const regions = await Promise.all(
      Array.from({ length: 20 }, async (_, i) => {
        const region = party.call('makeRegion', 8, 'processes', i)
        await party.call('collectGarbage')
        return region
      }),
    )
    expect(regions.map(region => new Uint8Array(region.buffer)[0])).toEqual(regions.map((_, i) => i))
  })

  test('it can be handed on by whoever received it, after its maker is gone', async () => {
    await using last = new Party(kind)
    const maker = new Party(kind)
    const region = await maker.call('makeRegion', 16, 'processes', 7)
    await maker.kill()
    expect(await last.call('readByte', region, 0)).toBe(7)
  })

  test('a party that is killed leaves nothing behind', async () => {
    const party = new Party(kind)
    const region = await party.call('makeRegion', 1 << 20, 'processes', 1)
    await party.kill()
    expect(new Uint8Array(region.buffer)[0]).toBe(1)
    region.close()
    expect(segments()).toEqual([])
  })
})

test('a region among threads is refused to a process, with what to do', async () => {
  await using party = new Party('processes')
  const region = Region.create(8)
  expect(() => party.call('add', region, 1)).toThrow(SerializationError)
  expect(() => region[replace]('processes')).toThrow('memory that only threads share')
})

test('memory that is gone is a clear error, also when its descriptor stands for another file or a pipe', () => {
  const region = Region.create(100, { across: 'processes' })
  const sent = { ...handle(region) }
  region.close()
  expect(() => Region[revive](sent as never)).toThrow(SerializationError)
  expect(() => Region[revive](sent as never)).toThrow(/shared memory in a message is gone/)
  const other = Region.create(100, { across: 'processes' })
  expect(() => Region[revive]({ ...sent, path: handle(other).path } as never)).toThrow(/is gone/)
  expect(() => Region[revive]({ ...sent, byteLength: 1000, path: handle(other).path } as never)).toThrow(/is gone/)
  expect(() => Region[revive]({ ...sent, path: '/proc/self/fd/0' } as never)).toThrow(/is gone/)
  expect(() => Region[revive]({ ...sent, path: '/dev/shm/manyhands-none' } as never)).toThrow(/is gone/)
})

test('no descriptor is left open, whatever fails', async () => {
  const count = (): number => readdirSync('/proc/self/fd').length
  const region = Region.create(100, { across: 'processes' })
  const sent = { ...handle(region) }
  const before = count()
  for (let i = 0; i < 10; i++) {
    expect(() => Region[revive]({ ...sent, id: `another ${i}` } as never)).toThrow(/is gone/)
    expect(() => Region.create(2 ** 50, { across: 'processes' })).toThrow(/no room/)
    Region.create(10, { across: 'processes' }).close()
  }
  expect(count()).toBe(before)
})

test('more than there is room for is an error with code ENOSPC', () => {
  expect(() => Region.create(2 ** 46, { across: 'processes' })).toThrow(
    expect.objectContaining({
      code: 'ENOSPC',
      message: expect.stringContaining(`/dev/shm has no room for ${2 ** 46 + 64} bytes`),
    }),
  )
})

test('a region of no bytes, and of a length that is no multiple of anything', async () => {
  await using party = new Party('processes')
  expect(Region.create(0, { across: 'processes' }).byteLength).toBe(0)
  const region = Region.create(4097, { across: 'processes' })
  new Uint8Array(region.buffer)[4096] = 9
  expect(await party.call('readByte', region, 4096)).toBe(9)
})

test('bad options are told at the call', () => {
  expect(() => Region.create(8, { across: 'everyone' as never })).toThrow(
    /across must be 'threads', 'processes' or 'auto', got "everyone"/,
  )
  expect(() => Region.create(8, { acros: 'threads' } as never)).toThrow(/did you mean `across`/)
  expect(() => Region.create(1.5, { across: 'processes' })).toThrow(RangeError)
})

describe('without a way to map memory', () => {
  const state = (): { loaders: unknown; provider: unknown } => slot('core.memoryProvider', () => expect.unreachable())
  const original = Region.create(0, { across: 'auto' }).across === 'processes' ? { ...state() } : expect.unreachable()
  afterEach(() => void Object.assign(state(), original))

  test("'auto' is a SharedArrayBuffer, and 'processes' an error that says what to install", () => {
    Object.assign(state(), { loaders: [() => undefined], provider: undefined })
    expect(Region.create(8, { across: 'auto' }).buffer).toBeInstanceOf(SharedArrayBuffer)
    expect(() => Region.create(8, { across: 'processes' })).toThrow(
      expect.objectContaining({
        code: 'ERR_MANYHANDS_NO_SHARED_MEMORY',
        message: expect.stringContaining('npm install koffi'),
      }),
    )
  })
})

describe('where files need a name', () => {
  const before = handOver().way
  afterEach(() => void (handOver().way = before))

  test('others open it by name, and it is removed with the region', async () => {
    handOver().way = 'name'
    await using party = new Party('processes')
    const region = Region.create(64, { across: 'processes' })
    const name = segments()[0] ?? ''
    expect(name).toMatch(new RegExp(`^manyhands-${process.pid}-\\d+-`))
    expect(await party.call('add', region, 3)).toBe(3)
    region.close()
    expect(segments()).toEqual([])
  })

  test('names of dead creators are swept, those of the living and of others stay', async () => {
    const dead = new Party('processes')
    const { pid } = dead
    await dead.kill()
    const { namespace } = ownCreator()
    const ofLiving = `manyhands-${process.pid}-0-${namespace}-x`
    const ofAnotherContainer = `manyhands-${pid}-1234-${namespace + 1}-x`
    const ofDead = [`manyhands-${pid}-1234-${namespace}-x`, `manyhands-${process.pid}-1-${namespace}-x`]
    const files = [...ofDead, ofLiving, ofAnotherContainer, 'other-1-1']
    for (const file of files) closeSync(openSync(`/dev/shm/${file}`, 'w'))
    sweepDeadNames('/dev/shm')
    const left = readdirSync('/dev/shm').filter(name => files.includes(name))
    for (const name of left) rmSync(`/dev/shm/${name}`)
    expect(new Set(left)).toEqual(new Set([ofLiving, ofAnotherContainer, 'other-1-1']))
  })
})
