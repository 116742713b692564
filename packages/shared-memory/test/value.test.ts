import { InvalidStateError, Lock, RLock } from '@manyhands/core'
import { expect, test } from 'vitest'
import { type AtomicDtype, Value } from '../src/index.ts'

test('a value starts as zero or as what it is given', () => {
  expect(new Value('f64').value).toBe(0)
  expect(new Value('i64').value).toBe(0n)
  expect(new Value('f64', 2.5).value).toBe(2.5)
})

test('what is written is read back', () => {
  const value = new Value('f64', 0)
  value.value = Math.max(value.value, 0.75)
  expect(value.value).toBe(0.75)
})

const numbers: readonly AtomicDtype[] = ['i8', 'u8', 'i16', 'u16', 'i32', 'u32']

test.each(numbers)('%s: the atomic operations return the value before', dtype => {
  const value = new Value(dtype as 'i32', 5)
  expect(value.add(3)).toBe(5)
  expect(value.sub(1)).toBe(8)
  expect(value.exchange(20)).toBe(7)
  expect(value.compareExchange(19, 1)).toBe(20)
  expect(value.value).toBe(20)
  expect(value.compareExchange(20, 1)).toBe(20)
  expect(value.value).toBe(1)
})

test.each(['i64', 'u64'] as const)('%s: the atomic operations take bigints', dtype => {
  const value = new Value(dtype, 5n)
  expect(value.add(3n)).toBe(5n)
  expect(value.sub(1n)).toBe(8n)
  expect(value.exchange(20n)).toBe(7n)
  expect(value.compareExchange(20n, 1n)).toBe(20n)
  expect(value.value).toBe(1n)
})

test('integers wrap around at the ends of their type', () => {
  const value = new Value('u8', 255)
  value.add(1)
  expect(value.value).toBe(0)
})

test('floats have no atomic operations', () => {
  const value = new Value('f64') as unknown as Value<'i32'>
  expect(() => value.add(1)).toThrow(new TypeError('Value.add needs an integer dtype such as i32, this one is f64'))
  expect(() => (new Value('u8c') as unknown as Value<'u8'>).exchange(1)).toThrow(
    new TypeError('Value.exchange needs an integer dtype such as i32, this one is u8c'),
  )
})

// CPython: _TestValue.test_getobj_getlock
test('M02 a value has a recursive lock of its own, the one that it is given, or none', () => {
  const own = new Value('f64', 0)
  expect(own.lock).toBeInstanceOf(RLock)
  expect(own.lock).toBe(own.lock)
  expect(own.lock.across).toBe(own.across)
  expect(new Value('i32', 0, { lock: true }).lock).not.toBe(own.lock)
  const lock = new Lock({ across: 'processes' })
  expect(new Value('i32', 0, { lock }).lock).toBe(lock)
  expect(() => new Value('i32', 0, { lock: false }).lock).toThrow(
    new InvalidStateError('this Value has no lock: it was made with { lock: false }'),
  )
  expect(() => new Value('i32', 0, { lock: 'yes' as never })).toThrow(
    new TypeError('Value: lock must be a boolean, a Lock or an RLock, got "yes"'),
  )
})

test.each(['threads', 'processes'] as const)('a value that was closed says so (%s)', across => {
  const value = new Value('i32', 5, { across })
  value.close()
  value.close()
  for (const use of [() => value.value, () => value.add(1), () => void (value.value = 1)]) {
    expect(use).toThrow(new InvalidStateError('the memory of this Value was closed'))
  }
})
