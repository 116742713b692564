import { afterAll, beforeAll, expect, expectTypeOf, test } from 'vitest'
import { type DictProxy, Manager } from '../../src/index.ts'

let manager: Manager
beforeAll(async () => {
  manager = await Manager.create()
})
afterAll(() => manager.shutdown())

// CPython: _TestContainers.test_list
test('G02 a list has what arrays have', async () => {
  const list = await manager.list(Array.from({ length: 10 }, (_, i) => i))
  expect(await list.slice(2, 5)).toEqual([2, 3, 4])
  expect(await list.slice(-2)).toEqual([8, 9])
  expect(await list.extend(new Set([10, 11]))).toBe(12)
  expect([await list.pop(), await list.shift(), await list.unshift(7, 7)]).toEqual([11, 0, 12])
  expect(await list.splice(0, 2, 100)).toEqual([7, 7])
  expect(await list.splice(9)).toEqual([9, 10])
  await list.reverse()
  expect([await list.at(0), await list.at(-1), await list.at(99)]).toEqual([8, 100, undefined])
  await list.sort((a, b) => b - a)
  expect(await list.toArray()).toEqual([100, 8, 7, 6, 5, 4, 3, 2, 1])
  expect([await list.indexOf(7), await list.includes(1), await list.includes(9), await list.length()]).toEqual([
    2,
    true,
    false,
    9,
  ])
  await list.set(-1, 42)
  expect(await list.at(8)).toBe(42)
  await expect(list.set(9, 0)).rejects.toThrow(new RangeError('index must be that of one of 9 items, got 9'))
  await list.clear()
  expect(await list.toArray()).toEqual([])
})

test('a compare that throws, or is async, leaves a list as it was', async () => {
  const list = await manager.list([3, 1, 2])
  const throwing = (): number => {
    throw new RangeError('compare failed')
  }
  await expect(list.sort(throwing)).rejects.toThrow(new RangeError('compare failed'))
  await expect(list.sort((async () => 0) as never)).rejects.toThrow(
    new TypeError('compare must not be async, it returned a promise: compare what is in the list'),
  )
  expect(await list.toArray()).toEqual([3, 1, 2])
})

test('what is in a container is a copy, until it is a proxy', async () => {
  const list = await manager.list([{ name: 'a' }])
  const item = await list.at(0)
  if (item !== undefined) item.name = 'b'
  expect(await list.at(0)).toEqual({ name: 'a' })
  const given = { name: 'c' }
  const setting = list.set(0, given)
  given.name = 'too late'
  await setting
  expect(await list.at(0)).toEqual({ name: 'c' })
})

test('a dictionary has steps that nobody sees half of', async () => {
  const dict = await manager.dict([['a', 1]] as const)
  expectTypeOf(dict).toEqualTypeOf<DictProxy<'a', 1>>()
  const counts = await manager.dict<string, number>(new Map([['x', 1]]))
  expect([
    await counts.setDefault('x', 5),
    await counts.setDefault('y', 5),
    await counts.pop('x'),
    await counts.pop('x'),
  ]).toEqual([1, 5, 1, undefined])
  expect([await counts.has('y'), await counts.delete('y'), await counts.delete('y'), await counts.size()]).toEqual([
    true,
    true,
    false,
    0,
  ])
  await counts.set('z', 3)
  expect([await counts.keys(), await counts.values(), await counts.entries()]).toEqual([['z'], [3], [['z', 3]]])
})

// CPython: _TestContainers.test_list_iter
test('G03 an iteration of a list sees what is changed meanwhile', async () => {
  const list = await manager.list([0, 1, 2])
  const seen: number[] = []
  for await (const item of list) {
    if (item === 0) await list.push(3)
    if (item === 1) await list.set(2, 20)
    seen.push(item)
  }
  expect(seen).toEqual([0, 1, 20, 3])
})

// CPython: _TestContainers.test_dict_iter
test('G03 an iteration of a dictionary or a set throws when its size has changed', async () => {
  const dict = await manager.dict<number, string>([
    [1, 'a'],
    [2, 'b'],
  ])
  expect(await Array.fromAsync(dict)).toEqual([
    [1, 'a'],
    [2, 'b'],
  ])
  const iterator = dict[Symbol.asyncIterator]()
  expect(await iterator.next()).toEqual({ done: false, value: [1, 'a'] })
  await dict.clear()
  await expect(iterator.next()).rejects.toMatchObject({
    name: 'InvalidStateError',
    message: expect.stringContaining('the dict has changed its size') as string,
  })
  const set = await manager.set(['a', 'b'])
  await expect(
    (async () => {
      for await (const value of set) await set.add(`${value}${value}`)
    })(),
  ).rejects.toMatchObject({ message: expect.stringContaining('the set has changed its size') as string })
})

// CPython: TestSyncManagerTypes.test_namespace, _TestNamespace.test_namespace
test('G05 a namespace refuses names that begin with an underscore, and deletes others', async () => {
  const names = await manager.namespace<{ name: string; job: string; _hidden: string }>()
  await names.set('name', 'Bob')
  await names.set('job', 'Builder')
  await expect(names.set('_hidden', 'hidden')).rejects.toThrow(TypeError)
  await expect(names.get('_hidden')).rejects.toThrow('must not begin with an underscore')
  await expect(manager.namespace({ _a: 1 })).rejects.toThrow(TypeError)
  expect([await names.get('name'), await names.get('job')]).toEqual(['Bob', 'Builder'])
  expect([
    await names.delete('job'),
    await names.delete('job'),
    await names.has('job'),
    await names.get('job'),
  ]).toEqual([true, false, false, undefined])
  expect(await names.toObject()).toEqual({ name: 'Bob' })
})
