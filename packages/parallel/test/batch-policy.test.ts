import { expect, test } from 'vitest'
import { BatchPolicy } from '../src/scheduler/batch-policy.ts'

const f = 'f'
const g = 'g'
const took = (durationMs: number) => ({ durationMs })
const policyFor = (jobs = 2) => new BatchPolicy({ jobs, targetMs: 2 })

test('J12 a function that was not measured starts with batches of one', () => {
  const policy = policyFor()
  expect(policy.size(f, undefined)).toBe(1)
  policy.record([f], 1, took(0.001))
  expect(policy.size(g, undefined)).toBe(1)
})

test('a batch is at most 8 times as large as one that was measured', () => {
  const policy = policyFor()
  policy.record([f], 1, took(0.0001))
  expect(policy.size(f, undefined)).toBe(8)
  policy.record([f], 1, took(0.0001)) // sent before the size grew
  expect(policy.size(f, undefined)).toBe(8)
  policy.record([f], 8, took(0.0008))
  expect(policy.size(f, undefined)).toBe(64)
})

test('batches get as large as the target allows', () => {
  const policy = policyFor()
  for (let i = 0; i < 10; i++) {
    const size = policy.size(f, undefined)
    policy.record([f], size, took(size * 0.1))
  }
  expect(policy.size(f, undefined)).toBe(20)
})

test('a task that takes longer than the target goes alone', () => {
  const policy = policyFor()
  policy.record([f], 1, took(50))
  expect(policy.size(f, 1000)).toBe(1)
})

test('a new measurement counts 0.3 against 0.7 of what was known', () => {
  const policy = policyFor()
  policy.record([f], 8, took(8 * 0.1))
  policy.record([f], 8, took(8 * 0.2))
  // 0.7 * 0.1 + 0.3 * 0.2 = 0.13 ms each
  expect(policy.size(f, undefined)).toBe(Math.floor(2 / 0.13))
})

test('a size that was too large shrinks at once', () => {
  const policy = policyFor()
  policy.record([f], 100, took(0.1))
  const before = policy.size(f, undefined)
  policy.record([f], 100, took(1000))
  expect(policy.size(f, undefined)).toBe(1)
  expect(before).toBe(800)
})

test('no batch is larger than a part of what is left', () => {
  const policy = policyFor(2)
  policy.record([f], 20, took(2))
  expect(policy.size(f, 40)).toBe(10)
  expect(policy.size(f, 5)).toBe(2)
  expect(policy.size(f, 1)).toBe(1)
})

test('what is left is not divided into parts that are not worth a message', () => {
  const policy = policyFor(2)
  policy.record([f], 1000, took(1))
  expect(policy.size(f, 1000)).toBe(250)
  expect(policy.size(f, 100)).toBe(100)
  policy.record([g], 1, took(1))
  expect(policy.size(g, 2)).toBe(1)
})

test('an input of unknown length is pulled by 4096 items at most', () => {
  const policy = policyFor()
  policy.record([f], 100_000, took(0))
  expect(policy.size(f, undefined)).toBe(4096)
})

test('a batch without measurable duration still grows by 8 only', () => {
  const policy = policyFor()
  policy.record([f], 1, took(0))
  expect(policy.size(f, undefined)).toBe(8)
})

test('all functions of a mixed batch count the mean', () => {
  const policy = policyFor()
  policy.record([f, g], 4, took(4))
  expect([policy.size(f, undefined), policy.size(g, undefined)]).toEqual([2, 2])
})

test('a fixed size stays, whatever is measured or left', () => {
  const policy = new BatchPolicy({ jobs: 2, targetMs: 2, fixed: 10 })
  policy.record([f], 10, took(1000))
  expect(policy.size(f, 3)).toBe(10)
})

test('a target of 0 means batches of one', () => {
  const policy = new BatchPolicy({ jobs: 2, targetMs: 0 })
  policy.record([f], 1, took(0))
  expect(policy.size(f, undefined)).toBe(1)
})

test('a batch moves no more bytes than the target allows, whatever its time', () => {
  const policy = new BatchPolicy({ jobs: 2, targetMs: 2, targetBytes: 1000 })
  policy.record([f], 100, { durationMs: 0.1, bytes: 100 * 100 })
  expect(policy.size(f, undefined)).toBe(10)
  // 0.7 * 100 + 0.3 * 200 = 130 bytes each
  policy.record([f], 10, { durationMs: 0.01, bytes: 10 * 200 })
  expect(policy.size(f, undefined)).toBe(Math.floor(1000 / 130))
})

test('a batch without a count of bytes leaves what is known of them', () => {
  const policy = new BatchPolicy({ jobs: 2, targetMs: 2, targetBytes: 1000 })
  policy.record([f], 100, { durationMs: 0.1, bytes: 100 * 100 })
  policy.record([f], 10, took(0.01))
  expect(policy.size(f, undefined)).toBe(10)
})

test('the tail is spread over the workers that there are now', () => {
  const policy = policyFor(2)
  policy.record([f], 20, took(2))
  expect(policy.size(f, 40)).toBe(10)
  policy.jobs = 5
  expect(policy.size(f, 40)).toBe(4)
})
