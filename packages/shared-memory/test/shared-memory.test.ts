import { newSharedId } from '@manyhands/base'
import { InvalidStateError, replace } from '@manyhands/core'
import { expect, test } from 'vitest'
import { SharedMemory } from '../src/index.ts'

const newName = (): string => `test-${newSharedId()}`

// CPython: test_shared_memory_basics
test('M08 a second attachment sees what is written, and knows the size by itself', () => {
  const name = newName()
  using memory = SharedMemory.create(512, { name })
  expect([memory.name, memory.byteLength, memory.bytes.length]).toEqual([name, 512, 512])
  memory.bytes[0] = 42
  const same = SharedMemory.attach(name)
  expect([same.name, same.byteLength, same.bytes[0]]).toEqual([name, 512, 42])
  same.bytes[1] = 3
  expect(memory.bytes[1]).toBe(3)
  memory.unlink()
})

test('closing makes it empty here, and the name goes on', () => {
  const name = newName()
  const memory = SharedMemory.create(16, { name })
  memory.bytes[5] = 6
  const words = new Int32Array(memory.buffer)
  memory.close()
  memory.close()
  expect([memory.closed, memory.bytes.length, memory.byteLength, words.length]).toEqual([true, 0, 0, 0])
  const again = SharedMemory.attach(name)
  expect(again.bytes[5]).toBe(6)
  again.unlink()
  expect(again.bytes[5]).toBe(6)
})

test('closing one of two that are on the same memory leaves the other open', () => {
  const memory = SharedMemory.create(8)
  const views = [memory, SharedMemory.attach(memory.name), SharedMemory.attach(memory.name)] as const
  views[0].bytes[0] = 5
  views[1].close()
  expect([views[0].closed, views[2].closed, views[0].bytes[0], views[2].bytes[0]]).toEqual([false, false, 5, 5])
  views[0].close()
  expect([views[2].closed, views[2].bytes[0]]).toEqual([false, 5])
  views[2].unlink()
})

// CPython: test_invalid_shared_memory_cration, test_shared_memory_basics
test('M09 bad sizes and names are told', () => {
  expect(() => SharedMemory.create(0)).toThrow(new RangeError('byteLength must be an integer >= 1, got 0'))
  expect(() => SharedMemory.create(-1)).toThrow(RangeError)
  expect(() => SharedMemory.create(undefined as unknown as number)).toThrow(
    new TypeError('byteLength must be an integer >= 1, got undefined'),
  )
  expect(() => SharedMemory.create(8, { size: 8 } as object)).toThrow(TypeError)
  expect(() => SharedMemory.attach(undefined as unknown as string)).toThrow(TypeError)
  expect(() => SharedMemory.attach(newName())).toThrow(expect.objectContaining({ code: 'ENOENT' }))
  const name = newName()
  const memory = SharedMemory.create(8, { name })
  expect(() => SharedMemory.create(8, { name })).toThrow(expect.objectContaining({ code: 'EEXIST' }))
  memory.unlink()
  expect(() => memory.unlink()).toThrow(expect.objectContaining({ code: 'ENOENT' }))
  expect(() => SharedMemory.create(8).unlink()).toThrow(expect.objectContaining({ code: 'ENOENT' }))
})

// CPython: test_shared_memory_recreate
test('each block without a name gets one of its own', () => {
  const names = new Set(Array.from({ length: 50 }, () => SharedMemory.create(1).name))
  expect(names.size).toBe(50)
  for (const name of names) SharedMemory.attach(name).unlink()
})

test('what is larger than shared memory is told, and nothing is taken', () => {
  expect(() => SharedMemory.create(2 ** 50)).toThrow(
    expect.objectContaining({ code: 'ENOSPC', message: expect.stringMatching(/no room for \d+ bytes/) as unknown }),
  )
})

// CPython: test_shared_memory_pickle_unpickle_dead_object
test('M11 a closed block cannot be sent', () => {
  const memory = SharedMemory.create(8)
  memory.close()
  expect(() => memory[replace]()).toThrow(InvalidStateError)
})
