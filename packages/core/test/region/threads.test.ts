import { slot } from '@manyhands/base'
import { expect, test } from 'vitest'
import { isParallelError, Region, replace, revive, TaskTimeoutError, WorkerExitedError } from '../../src/index.ts'

test('a region is zeroed shared bytes', () => {
  const region = Region.create(16)
  expect(region.buffer).toBeInstanceOf(SharedArrayBuffer)
  expect([region.byteLength, ...new Uint8Array(region.buffer)]).toEqual([16, ...Array.from({ length: 16 }, () => 0)])
  expect(() => Region.create(-1)).toThrow(/byteLength must be an integer >= 0, got -1/)
})

test('the same id revives to the same object while it is alive', () => {
  const region = Region.create(8)
  expect(Region[revive](region[replace]())).toBe(region)
  const handle = { id: 'of another thread', buffer: new SharedArrayBuffer(8) }
  expect(Region[revive](handle)).toBe(Region[revive](handle))
})

test('a slot is made once', () => {
  const first = slot('test', () => ({ made: 1 }))
  expect(slot('test', () => ({ made: 2 }))).toBe(first)
})

test('isParallelError knows errors of another copy of the package by their mark', () => {
  expect(isParallelError(new TaskTimeoutError('task', 5))).toBe(true)
  const foreign = Object.assign(new Error('other copy'), { [Symbol.for('manyhands.error')]: true })
  expect(isParallelError(foreign)).toBe(true)
  expect(isParallelError(new RangeError('own'))).toBe(false)
  expect(isParallelError(undefined)).toBe(false)
})

test('WorkerExitedError says who, how and with what last words', () => {
  const error = new WorkerExitedError(
    { kind: 'process', exitCode: null, signal: 'SIGKILL', pid: 12, stderr: 'out of memory\n' },
    { taskName: 'fit', maybeRan: true },
  )
  expect(error.message).toBe(
    'worker process 12 was ended by SIGKILL while it held task `fit`\nlast lines of its stderr:\nout of memory',
  )
  expect(error.code).toBe('ERR_MANYHANDS_WORKER_EXITED')
})
