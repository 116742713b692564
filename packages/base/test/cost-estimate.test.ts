import { expect, test } from 'vitest'
import { updateCost } from '../src/index.ts'

test('the first measurement is the estimate', () => {
  expect(updateCost(undefined, 5)).toBe(5)
  expect(updateCost(undefined, 0)).toBe(0)
})

test('a new measurement counts 0.3 against 0.7 of the estimate before', () => {
  expect(updateCost(10, 20)).toBeCloseTo(13)
  expect(updateCost(0, 1)).toBeCloseTo(0.3)
})

test('the estimate approaches a cost that stays', () => {
  let cost: number | undefined = 100
  for (let i = 0; i < 50; i++) cost = updateCost(cost, 1)
  expect(cost).toBeCloseTo(1)
})
