import { readdirSync } from 'node:fs'
import { newSharedId, slot } from '@manyhands/base'
import { afterEach, expect, test } from 'vitest'
import { Region } from '../../src/index.ts'
import { handOver } from '../../src/region/shared-file.ts'
import { Party } from '../support/party.ts'

const left = (): string[] =>
  readdirSync('/dev/shm').filter(name => name.startsWith('manyhands@') || name.startsWith(`manyhands-${process.pid}-`))
const newName = (): string => `test-${newSharedId()}`

afterEach(() => {
  handOver().way = 'descriptor'
})

test.each(['descriptor', 'name'] as const)('another process finds published memory by its name (%s)', async way => {
  handOver().way = way
  await using party = new Party('processes')
  const region = Region.create(8, { across: 'processes' })
  const name = newName()
  region.publish(name)
  await party.call('addToPublished', name, 5)
  expect(new Int32Array(region.buffer)[0]).toBe(5)
  expect(Region.open(name).id).toBe(region.id)
  // The name holds the memory, not the object.
  region.close()
  const again = Region.open(name)
  expect(new Int32Array(again.buffer)[0]).toBe(5)
  expect(Region.unpublish(name)).toBe(true)
  expect(Region.unpublish(name)).toBe(false)
  expect(() => Region.open(name)).toThrow(`there is no shared memory named "${name}"`)
  expect(new Int32Array(again.buffer)[0]).toBe(5)
  again.close()
  expect(left()).toEqual([])
})

test('a name is taken once, and free again when its maker is killed', async () => {
  const name = newName()
  const maker = new Party('processes')
  await maker.call('publish', name)
  const region = Region.create(8, { across: 'processes' })
  expect(() => region.publish(name)).toThrow(
    expect.objectContaining({
      code: 'EEXIST',
      message: `shared memory named "${name}" already exists: choose another name, or open it`,
    }),
  )
  await maker.kill()
  expect(() => Region.open(name)).toThrow(expect.objectContaining({ code: 'ENOENT' }))
  region.publish(name)
  expect(Region.open(name).id).toBe(region.id)
  Region.unpublish(name)
  expect(left()).toEqual([])
})

test('the end of its maker takes a name back', async () => {
  const name = newName()
  const maker = new Party('threads')
  await maker.call('publish', name)
  const region = Region.open(name)
  await maker.call('exit')
  await maker.exited
  expect(() => Region.open(newName())).toThrow(expect.objectContaining({ code: 'ENOENT' }))
  expect(left()).toEqual([])
  expect(region.byteLength).toBe(8)
})

test('a name that another takes back is let go of by its maker', async () => {
  await using party = new Party('processes')
  const region = Region.create(8, { across: 'processes' })
  const name = newName()
  region.publish(name)
  const published = slot<Map<string, unknown>>('core.published', () => new Map())
  expect(published.has(name)).toBe(true)
  expect(await party.call('unpublish', name)).toBe(true)
  await expect.poll(() => published.has(name), { timeout: 20_000 }).toBe(false)
})

test('M20 what is not a name is refused', () => {
  const region = Region.create(8, { across: 'processes' })
  expect(() => region.publish('a/b')).toThrow(
    new RangeError("name must consist of 1 to 200 letters, digits, '_', '-' and '.', got \"a/b\""),
  )
  // CPython: test_too_long_name_resource
  expect(() => region.publish('x'.repeat(201))).toThrow(RangeError)
  expect(() => Region.open('')).toThrow(RangeError)
  expect(() => Region.open(undefined as unknown as string)).toThrow(
    new TypeError('name must be a string, got undefined'),
  )
  expect(() => Region.create(8).publish(newName())).toThrow(
    "only a region made with { across: 'processes' } can be published",
  )
  const name = newName()
  region.publish(name, 'list')
  expect(() => Region.open(name)).toThrow(new TypeError(`"${name}" names a list, not a region`))
  Region.unpublish(name)
})
