import { spawnSync } from 'node:child_process'
import { chmodSync, chownSync, lchownSync, readdirSync, readlinkSync, symlinkSync, unlinkSync } from 'node:fs'
import { newSharedId, slot } from '@manyhands/base'
import { afterEach, describe, expect, test } from 'vitest'
import { Region } from '../../src/index.ts'
import { handOver } from '../../src/region/shared-file.ts'
import { Party } from '../support/party.ts'

/** Other programs have names and files there, too. */
const left = (): string[] =>
  readdirSync('/dev/shm').filter(name => names.has(name) || name.startsWith(`manyhands-${process.pid}-`))
const names = new Set<string>()
const newName = (): string => {
  const name = `test-${newSharedId()}`
  names.add(`manyhands@${name}`)
  return name
}

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

test('a name of another container is refused, and never removed', () => {
  const name = newName()
  const region = Region.create(8, { across: 'processes' })
  region.publish(name)
  const link = `/dev/shm/manyhands@${name}`
  const record = JSON.parse(readlinkSync(link)) as { namespace: number; pid: number }
  const moved = newName()
  symlinkSync(
    JSON.stringify({ ...record, namespace: record.namespace + 1, pid: 2 ** 22 }),
    `/dev/shm/manyhands@${moved}`,
  )
  const refusal = { code: 'EACCES', message: expect.stringContaining('belongs to another container') as string }
  expect(() => Region.open(moved)).toThrow(expect.objectContaining(refusal))
  expect(() => region.publish(moved)).toThrow(expect.objectContaining({ code: 'EEXIST' }))
  unlinkSync(`/dev/shm/manyhands@${moved}`)
  Region.unpublish(name)
  region.close()
})

// Only root can make the files of another user.
describe.runIf(process.geteuid?.() === 0)('what another user has placed is not trusted', () => {
  const publishNamed = (): { readonly region: Region; readonly name: string; readonly path: string } => {
    handOver().way = 'name'
    const region = Region.create(8, { across: 'processes' })
    const name = newName()
    region.publish(name)
    const { path } = JSON.parse(readlinkSync(`/dev/shm/manyhands@${name}`)) as { path: string }
    return { region, name, path }
  }

  test.each([
    ['a link of another user', (name: string) => lchownSync(`/dev/shm/manyhands@${name}`, 65534, 65534), 'uid 65534'],
    ['a file of another user', (_: string, path: string) => chownSync(path, 65534, 65534), 'uid 65534'],
    ['a file that others write to', (_: string, path: string) => chmodSync(path, 0o666), 'other users can write'],
  ] as const)('%s', (_, spoil, why) => {
    const { region, name, path } = publishNamed()
    spoil(name, path)
    const refusal = { code: 'EACCES', message: expect.stringContaining(why) as string }
    expect(() => Region.open(name)).toThrow(expect.objectContaining(refusal))
    Region.unpublish(name)
    region.close()
    expect(left()).toEqual([])
  })

  test('after setuid new memory has a name, by which other processes of that user open it', async () => {
    const core = JSON.stringify(import.meta.resolve('../../src/index.ts'))
    const base = JSON.stringify(import.meta.resolve('@manyhands/base'))
    const program = `
      const [{ Region }, { replace }] = await Promise.all([import(${core}), import(${base})])
      Region.create(8, { across: 'processes' }).close()
      process.setgid(65534)
      process.setuid(65534)
      const region = Region.create(8, { across: 'processes' })
      const { path } = region[replace]('processes')
      console.log(path.startsWith('/dev/shm/manyhands-'), (await import('node:fs')).statSync(path).uid)
      region.close()`
    const flags = ['--conditions=@manyhands/source', '--input-type=module', '-e', program]
    const { stdout, stderr } = spawnSync(process.execPath, flags, { encoding: 'utf8' })
    expect([stdout, stderr.replace(/.*ExperimentalWarning.*\n.*trace-warnings.*\n/, '')]).toEqual(['true 65534\n', ''])
  })
})
