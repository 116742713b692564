import { InvalidStateError } from '@manyhands/core'
import { expect, test } from 'vitest'
import { struct } from '../src/index.ts'

const Particle = struct({ alive: 'bool', x: 'f64', id: 'u16', energy: 'i64', tag: ['u8', 4] })

// CPython: _TestSharedCTypes.test_sharedctypes
test('M05 fields are laid out as in C, and read and written in place', () => {
  expect(Particle.byteLength).toBe(40)
  const p = Particle.create({ x: 0.5, tag: [1, 2] })
  expect(p.toObject()).toEqual({ alive: false, x: 0.5, id: 0, energy: 0n, tag: new Uint8Array([1, 2, 0, 0]) })
  p.x += 1
  p.alive = true
  p.energy = 2n ** 40n
  p.id = 65_537
  p.tag[3] = 9
  expect(p.toObject()).toEqual({ alive: true, x: 1.5, id: 1, energy: 2n ** 40n, tag: new Uint8Array([1, 2, 0, 9]) })
})

// CPython: _TestSharedCTypes.test_copy
test('M05 a copy is detached', () => {
  const p = Particle.create({ x: 1 })
  const copy = p.toObject()
  p.x = 2
  p.tag[0] = 5
  expect([copy.x, copy.tag[0]]).toEqual([1, 0])
})

test('every type of element converts as its typed array does', () => {
  const all = struct({
    f64: 'f64',
    f32: 'f32',
    i8: 'i8',
    u8: 'u8',
    u8c: 'u8c',
    i16: 'i16',
    u16: 'u16',
    i32: 'i32',
    u32: 'u32',
    i64: 'i64',
    u64: 'u64',
  })
  const one = all.create({
    f64: -300.6,
    f32: -300.5,
    i8: -300,
    u8: -300,
    u8c: -300,
    i16: -70_000,
    u16: -70_000,
    i32: -1,
    u32: -1,
    i64: -1n,
    u64: -1n,
  })
  expect(one.toObject()).toEqual({
    f64: -300.6,
    f32: -300.5,
    i8: -44,
    u8: 212,
    u8c: 0,
    i16: -4464,
    u16: 61_072,
    i32: -1,
    u32: 2 ** 32 - 1,
    i64: -1n,
    u64: 2n ** 64n - 1n,
  })
})

test('an array holds structs in place', () => {
  const swarm = Particle.array(3)
  swarm.at(1).x = 7
  expect(swarm.length).toBe(3)
  expect(Array.from(swarm, p => p.x)).toEqual([0, 7, 0])
  expect(() => swarm.at(3)).toThrow(new RangeError('index 3 is out of bounds for an array of 3 structs'))
  expect(Particle.array(0).length).toBe(0)
  swarm.close()
  expect(() => swarm.at(0)).toThrow(InvalidStateError)
})

test('mistakes name the field', () => {
  expect(() => struct({} as { x: 'f64' })).toThrow(
    "struct takes an object of at least one field, such as { x: 'f64' }, got an object",
  )
  expect(() => struct({ x: 'float' as 'f64' })).toThrow(
    new TypeError('struct field `x` knows no dtype `float`; did you mean `f64`?'),
  )
  expect(() => struct({ x: ['f64', 0] })).toThrow(
    new RangeError('struct field `x`: the count must be an integer >= 1, got 0'),
  )
  expect(() => struct({ close: 'f64' })).toThrow(new TypeError('struct: a field cannot be called `close`'))
  expect(() => Particle.create({ y: 1 } as object)).toThrow(
    new TypeError('the struct has no field `y`; did you mean `x`?'),
  )
  expect(() => Particle.create({ x: 1n as unknown as number })).toThrow(
    new TypeError('field `x` takes a number, got 1n'),
  )
  expect(() => Particle.create({ tag: [1, 2, 3, 4, 5] })).toThrow(
    new RangeError('field `tag` takes an array of at most 4, got 5'),
  )
  const p = Particle.create()
  expect(() => {
    p.alive = 1 as unknown as boolean
  }).toThrow(new TypeError('field `alive` takes a boolean, got 1'))
  p.close()
  expect(() => p.x).toThrow(new InvalidStateError('the memory of this struct was closed'))
  expect(() => Particle.array(-1)).toThrow(RangeError)
})
